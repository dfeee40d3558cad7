using Canario.Operator.Crd;

namespace Canario.Operator.Api;

[Rule("has(self.cronJob) != has(self.cloudEvent)", "needs cronJob or cloudEvent, and not both")]
sealed record RetrainingSettings
{
    [Schema("CronJob of this namespace, perhaps suspended, that the Job is made from.", MaxLength = 253, Pattern = @"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$")]
    public string? CronJob { get; set; }

    [Schema("Instead of a Job: a CloudEvent over HTTP.")]
    public CloudEventSettings? CloudEvent { get; set; }

    [Schema("Begins on confirmed drift.")]
    public bool OnDrift { get; set; } = true;

    [Schema("Begins by the clock, in UTC: five fields as cron reads them.", MaxLength = 100)]
    public string? Schedule { get; set; }

    [Schema("After the beginning of a run drift begins none for so long.", Pattern = Limits.DurationPattern, MaxLength = Limits.DurationLength)]
    public string Cooldown { get; set; } = "24h";
}
