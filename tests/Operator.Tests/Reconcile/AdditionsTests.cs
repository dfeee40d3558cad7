using System.Text.Json;
using Canario.Operator.Reconcile;

namespace Canario.Operator.Tests.Reconcile;

public sealed class AdditionsTests
{
    [Theory]
    [InlineData("Service", """{"spec":{"selector":{"a":"b"}}}""", """{"spec":{"selector":{"a":"b","x":"y"}}}""", """{"spec":{"selector":{"x":null}}}""")]
    [InlineData("Service", """{"spec":{"selector":{"a":"b","c":"d","e":"f"}}}""", """{"spec":{"selector":{"a":"b","c":"z","x":"y"}}}""", """{"spec":{"selector":{"x":null,"c":"d","e":"f"}}}""")]
    [InlineData("Service", """{"spec":{"ports":[{"port":80}]}}""", """{"spec":{"ports":[{"port":81}]}}""", """{"spec":{"ports":[{"port":80}]}}""")]
    [InlineData("Service", """{"spec":{"ports":[{"name":"a","port":80}]}}""", """{"spec":{"ports":[{"name":"a","port":80,"nodePort":30001},{"name":"b","port":81,"nodePort":30002}]}}""", """{"spec":{"ports":[{"name":"a","port":80,"nodePort":30001}]}}""")]
    [InlineData("Service", """{"spec":{}}""", """{"spec":{"publishNotReadyAddresses":true}}""", """{"spec":{"publishNotReadyAddresses":null}}""")]
    [InlineData("ConfigMap", """{"data":{"a":"b"}}""", """{"data":{"a":"b","x":"y"},"binaryData":{"z":"eQ=="}}""", """{"data":{"x":null},"binaryData":null}""")]
    [InlineData("PodDisruptionBudget", """{"spec":{"maxUnavailable":1}}""", """{"spec":{"minAvailable":1}}""", """{"spec":{"minAvailable":null}}""")]
    [InlineData("Deployment", """{"spec":{"template":{"spec":{}}}}""", """{"spec":{"template":{"spec":{"nodeSelector":{"disk":"none"},"hostNetwork":true}}}}""", """{"spec":{"template":{"spec":{"nodeSelector":null,"hostNetwork":null}}}}""")]
    [InlineData("Deployment", """{"spec":{"template":{"spec":{"containers":[{"name":"a"}]}}}}""", """{"spec":{"template":{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}}}""", """{"spec":{"template":{"spec":{"containers":[{"name":"a"}]}}}}""")]
    [InlineData("Deployment", """{"spec":{"template":{"spec":{"containers":[{"name":"a"}]}}}}""", """{"spec":{"template":{"spec":{"containers":[{"name":"a","env":[{"name":"X"}]}]}}}}""", """{"spec":{"template":{"spec":{"containers":[{"name":"a"}]}}}}""")]
    public void What_breaks_serving_is_taken_out(string kind, string desired, string live, string patch)
    {
        var found = new HashSet<string>();

        Assert.Equal(patch, Additions.Find(kind, Parse(desired), Parse(live), found)?.ToJsonString());
        Assert.NotEmpty(found);
    }

    [Theory]
    [InlineData("Service", """{"metadata":{"labels":{"a":"b"}},"spec":{"selector":{"a":"b"},"ports":[{"port":80}]}}""", """{"metadata":{"labels":{"a":"b","team":"x"}},"spec":{"selector":{"a":"c"},"ports":[{"port":80,"protocol":"TCP","nodePort":30000}],"externalTrafficPolicy":"Local"}}""")]
    [InlineData("Deployment", """{"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"0.5"}}}]}}}}""", """{"spec":{"replicas":2,"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"now"}},"spec":{"restartPolicy":"Always","dnsPolicy":"ClusterFirst","securityContext":{},"containers":[{"name":"a","terminationMessagePath":"/dev/termination-log","imagePullPolicy":"Always","resources":{"limits":{"cpu":"500m"}}}]}}}}""")]
    [InlineData("ServiceAccount", "{}", """{"secrets":[{"name":"token"}]}""")]
    public void Defaults_other_values_and_what_is_somebody_s_right_are_no_additions(string kind, string desired, string live)
    {
        var found = new HashSet<string>();

        Assert.Null(Additions.Find(kind, Parse(desired), Parse(live), found));
        Assert.Empty(found);
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement;
}
