namespace Canario.Router.Configuration;

/// <summary>Where configurations and endpoints come from. Runs until cancelled and never gives up: what was told last stays in force meanwhile.</summary>
internal interface IRouterSource
{
    Task RunAsync(IRouterSink sink, CancellationToken cancellationToken);
}
