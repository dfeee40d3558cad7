using System.Runtime.InteropServices;

namespace Canario.OnnxRuntime.Native;

/// <summary>
/// The entries that are used of <c>struct OrtApi</c> in onnxruntime_c_api.h: a table of function pointers that only ever grows at its end,
/// so an entry's index never changes. Each offset is index × pointer size (64-bit platforms only).
/// </summary>
[StructLayout(LayoutKind.Explicit)]
internal unsafe struct OrtApi
{
    private const int P = 8;

    [FieldOffset(1 * P)] public delegate* unmanaged<nint, int> GetErrorCode;
    [FieldOffset(2 * P)] public delegate* unmanaged<nint, byte*> GetErrorMessage;
    [FieldOffset(3 * P)] public delegate* unmanaged<int, byte*, nint*, nint> CreateEnv;
    [FieldOffset(7 * P)] public delegate* unmanaged<nint, byte*, nint, nint*, nint> CreateSession;
    [FieldOffset(9 * P)] public delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint> Run;
    [FieldOffset(10 * P)] public delegate* unmanaged<nint*, nint> CreateSessionOptions;
    [FieldOffset(18 * P)] public delegate* unmanaged<nint, nint> EnableCpuMemArena;
    [FieldOffset(19 * P)] public delegate* unmanaged<nint, nint> DisableCpuMemArena;
    [FieldOffset(22 * P)] public delegate* unmanaged<nint, int, nint> SetSessionLogSeverityLevel;
    [FieldOffset(23 * P)] public delegate* unmanaged<nint, int, nint> SetSessionGraphOptimizationLevel;
    [FieldOffset(24 * P)] public delegate* unmanaged<nint, int, nint> SetIntraOpNumThreads;
    [FieldOffset(25 * P)] public delegate* unmanaged<nint, int, nint> SetInterOpNumThreads;
    [FieldOffset(30 * P)] public delegate* unmanaged<nint, nuint*, nint> SessionGetInputCount;
    [FieldOffset(31 * P)] public delegate* unmanaged<nint, nuint*, nint> SessionGetOutputCount;
    [FieldOffset(33 * P)] public delegate* unmanaged<nint, nuint, nint*, nint> SessionGetInputTypeInfo;
    [FieldOffset(34 * P)] public delegate* unmanaged<nint, nuint, nint*, nint> SessionGetOutputTypeInfo;
    [FieldOffset(36 * P)] public delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetInputName;
    [FieldOffset(37 * P)] public delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetOutputName;
    [FieldOffset(39 * P)] public delegate* unmanaged<nint*, nint> CreateRunOptions;
    [FieldOffset(46 * P)] public delegate* unmanaged<nint, nint> RunOptionsSetTerminate;
    [FieldOffset(47 * P)] public delegate* unmanaged<nint, nint> RunOptionsUnsetTerminate;
    [FieldOffset(48 * P)] public delegate* unmanaged<nint, long*, nuint, int, nint*, nint> CreateTensorAsOrtValue;
    [FieldOffset(49 * P)] public delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint> CreateTensorWithDataAsOrtValue;
    [FieldOffset(51 * P)] public delegate* unmanaged<nint, void**, nint> GetTensorMutableData;
    [FieldOffset(53 * P)] public delegate* unmanaged<nint, nuint*, nint> GetStringTensorDataLength;
    [FieldOffset(54 * P)] public delegate* unmanaged<nint, void*, nuint, nuint*, nuint, nint> GetStringTensorContent;
    [FieldOffset(55 * P)] public delegate* unmanaged<nint, nint*, nint> CastTypeInfoToTensorInfo;
    [FieldOffset(56 * P)] public delegate* unmanaged<nint, int*, nint> GetOnnxTypeFromTypeInfo;
    [FieldOffset(60 * P)] public delegate* unmanaged<nint, int*, nint> GetTensorElementType;
    [FieldOffset(61 * P)] public delegate* unmanaged<nint, nuint*, nint> GetDimensionsCount;
    [FieldOffset(62 * P)] public delegate* unmanaged<nint, long*, nuint, nint> GetDimensions;
    [FieldOffset(63 * P)] public delegate* unmanaged<nint, byte**, nuint, nint> GetSymbolicDimensions;
    [FieldOffset(65 * P)] public delegate* unmanaged<nint, nint*, nint> GetTensorTypeAndShape;
    [FieldOffset(67 * P)] public delegate* unmanaged<nint, int*, nint> GetValueType;
    [FieldOffset(69 * P)] public delegate* unmanaged<int, int, nint*, nint> CreateCpuMemoryInfo;
    [FieldOffset(76 * P)] public delegate* unmanaged<nint, void*, nint> AllocatorFree;
    [FieldOffset(78 * P)] public delegate* unmanaged<nint*, nint> GetAllocatorWithDefaultOptions;
    [FieldOffset(80 * P)] public delegate* unmanaged<nint, int, nint, nint*, nint> GetValue;
    [FieldOffset(81 * P)] public delegate* unmanaged<nint, nuint*, nint> GetValueCount;
    [FieldOffset(93 * P)] public delegate* unmanaged<nint, void> ReleaseStatus;
    [FieldOffset(95 * P)] public delegate* unmanaged<nint, void> ReleaseSession;
    [FieldOffset(96 * P)] public delegate* unmanaged<nint, void> ReleaseValue;
    [FieldOffset(97 * P)] public delegate* unmanaged<nint, void> ReleaseRunOptions;
    [FieldOffset(98 * P)] public delegate* unmanaged<nint, void> ReleaseTypeInfo;
    [FieldOffset(99 * P)] public delegate* unmanaged<nint, void> ReleaseTensorTypeAndShapeInfo;
    [FieldOffset(100 * P)] public delegate* unmanaged<nint, void> ReleaseSessionOptions;
    [FieldOffset(103 * P)] public delegate* unmanaged<nint, nint*, nint> CastTypeInfoToMapTypeInfo;
    [FieldOffset(104 * P)] public delegate* unmanaged<nint, nint*, nint> CastTypeInfoToSequenceTypeInfo;
    [FieldOffset(105 * P)] public delegate* unmanaged<nint, int*, nint> GetMapKeyType;
    [FieldOffset(106 * P)] public delegate* unmanaged<nint, nint*, nint> GetMapValueType;
    [FieldOffset(107 * P)] public delegate* unmanaged<nint, nint*, nint> GetSequenceElementType;
    [FieldOffset(111 * P)] public delegate* unmanaged<nint, nint*, nint> SessionGetModelMetadata;
    [FieldOffset(112 * P)] public delegate* unmanaged<nint, nint, byte**, nint> ModelMetadataGetProducerName;
    [FieldOffset(113 * P)] public delegate* unmanaged<nint, nint, byte**, nint> ModelMetadataGetGraphName;
    [FieldOffset(114 * P)] public delegate* unmanaged<nint, nint, byte**, nint> ModelMetadataGetDomain;
    [FieldOffset(115 * P)] public delegate* unmanaged<nint, nint, byte**, nint> ModelMetadataGetDescription;
    [FieldOffset(116 * P)] public delegate* unmanaged<nint, nint, byte*, byte**, nint> ModelMetadataLookupCustomMetadataMap;
    [FieldOffset(117 * P)] public delegate* unmanaged<nint, long*, nint> ModelMetadataGetVersion;
    [FieldOffset(118 * P)] public delegate* unmanaged<nint, void> ReleaseModelMetadata;
    [FieldOffset(123 * P)] public delegate* unmanaged<nint, nint, byte***, long*, nint> ModelMetadataGetCustomMetadataMapKeys;
    [FieldOffset(129 * P)] public delegate* unmanaged<nint, byte*, nuint, nint> FillStringTensorElement;
    [FieldOffset(130 * P)] public delegate* unmanaged<nint, byte*, byte*, nint> AddSessionConfigEntry;
}
