using System.Net;
using System.Net.Sockets;

namespace Canario.LocalCluster.Processes;

internal static class FreePorts
{
    // Below the kernel's ephemeral range (from 32768), where any outgoing connection could take a port between choice and use, and
    // below NodePorts (from 30000).
    private const int First = 20_000;
    private const int Last = 29_999;

    public static int[] Choose(int count)
    {
        var chosen = new HashSet<int>();
        while (chosen.Count < count)
        {
            var port = Random.Shared.Next(First, Last + 1);
            if (IsFree(port))
                chosen.Add(port);
        }

        return [.. chosen];
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
