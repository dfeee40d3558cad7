namespace Canario.Operator.Api;

static class TrafficProviderNames
{
    public const string Router = "Router";
    public const string Service = "Service";
    public const string GatewayApi = "GatewayApi";
}
