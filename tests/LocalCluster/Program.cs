await using var plane = await Canario.LocalCluster.ControlPlane.StartAsync();
Console.WriteLine(plane.KubeconfigPath + " " + plane.ApiServerUrl);
Console.ReadLine();
