using Canario.Rollouts;

namespace Canario.Operator.Api;

/// <summary>What must hold for <c>spec.retraining</c>.</summary>
static class RetrainingValidator
{
    const string ObjectName = @"^[a-z0-9]([-.a-z0-9]*[a-z0-9])?\z";
    const string ObjectNameAllowed = "must be the name of an object: lower-case letters, digits, '-' and '.'";

    public static void Validate(FieldErrors errors, RetrainingSettings? retraining)
    {
        if (retraining is null)
        {
            return;
        }

        const string path = "spec.retraining";
        if ((retraining.CronJob is null) == (retraining.CloudEvent is null))
        {
            errors.Add(path, null, "needs cronJob or cloudEvent, and not both");
        }

        errors.Text($"{path}.cronJob", retraining.CronJob, ObjectName, 253, ObjectNameAllowed);
        errors.Duration($"{path}.cooldown", retraining.Cooldown, TimeSpan.Zero, Durations.Longest, "");
        if (retraining.Schedule is { } schedule && (schedule.Length > 100 || CronSchedule.Parse(schedule) is null))
        {
            errors.Add($"{path}.schedule", schedule, "must be five fields as cron reads them (minute, hour, day of month, month, day of week), such as '0 3 * * MON', for a time that comes");
        }

        if (retraining.CloudEvent is { } cloudEvent)
        {
            ValidateEvent(errors, $"{path}.cloudEvent", cloudEvent);
        }
    }

    static void ValidateEvent(FieldErrors errors, string path, CloudEventSettings settings)
    {
        const string allowed = "must be http://… or https://…";
        if (errors.Text($"{path}.url", settings.Url, "^https?://.+$", Limits.UriLength, allowed, required: true))
        {
            if (!Uri.TryCreate(settings.Url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            {
                errors.Add($"{path}.url", settings.Url, allowed);
            }
            else if (uri.UserInfo.Length > 0)
            {
                errors.Add($"{path}.url", $"{uri.Scheme}://…@{uri.Host}", "must not carry credentials: use authSecretRef");
            }
        }

        errors.Duration($"{path}.timeout", settings.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(2), "must be from 100ms to 2m");
        if (settings.AuthSecretRef is { } secret)
        {
            errors.Text($"{path}.authSecretRef.name", secret.Name, ObjectName, 253, ObjectNameAllowed, required: true);
            errors.Text($"{path}.authSecretRef.key", secret.Key, @"^[-._a-zA-Z0-9]+\z", 253, "must be a Secret's key: letters, digits, '-', '_' and '.'", required: true);
        }
    }
}
