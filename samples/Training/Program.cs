using Canario.Training;

return TrainingCommand.Run(args, Console.Out, Console.Error);
