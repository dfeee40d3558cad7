namespace Canario.OnnxRuntime.Native;

internal static unsafe class ModelMetadataReader
{
    public static OnnxModelMetadata Read(nint session)
    {
        nint metadata;
        Ort.Check(Ort.Api->SessionGetModelMetadata(session, &metadata));
        try
        {
            byte* text;
            Ort.Check(Ort.Api->ModelMetadataGetProducerName(metadata, Ort.Allocator, &text));
            string producer = Ort.TakeText(text);
            Ort.Check(Ort.Api->ModelMetadataGetGraphName(metadata, Ort.Allocator, &text));
            string graph = Ort.TakeText(text);
            Ort.Check(Ort.Api->ModelMetadataGetDomain(metadata, Ort.Allocator, &text));
            string domain = Ort.TakeText(text);
            Ort.Check(Ort.Api->ModelMetadataGetDescription(metadata, Ort.Allocator, &text));
            string description = Ort.TakeText(text);
            long version;
            Ort.Check(Ort.Api->ModelMetadataGetVersion(metadata, &version));
            return new OnnxModelMetadata(producer, graph, domain, description, version, ReadCustom(metadata));
        }
        finally
        {
            Ort.Api->ReleaseModelMetadata(metadata);
        }
    }

    private static Dictionary<string, string> ReadCustom(nint metadata)
    {
        byte** keys;
        long count;
        Ort.Check(Ort.Api->ModelMetadataGetCustomMetadataMapKeys(metadata, Ort.Allocator, &keys, &count));
        var custom = new Dictionary<string, string>();
        for (long i = 0; i < count; i++)
        {
            byte* value;
            Ort.Check(Ort.Api->ModelMetadataLookupCustomMetadataMap(metadata, Ort.Allocator, keys[i], &value));
            custom[Ort.TakeText(keys[i])] = Ort.TakeText(value);
        }

        if (keys is not null) Ort.Check(Ort.Api->AllocatorFree(Ort.Allocator, keys));
        return custom;
    }
}
