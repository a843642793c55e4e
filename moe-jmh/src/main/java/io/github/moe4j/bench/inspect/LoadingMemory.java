package io.github.moe4j.bench.inspect;

import io.github.moe4j.models.layout.BlockOutline;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Bytes that sparse blocks take as layers, by the way of loading them, computed from shapes. Packed experts have
 * biases, router and shared expert in float32; what their kernels add to fill vectors is not counted.
 */
final class LoadingMemory {
  /** One scale for each 128 by 128 weights, as {@code WeightFormat.FP8_E4M3} packs. */
  private static final long FP8_BLOCK = 128;

  private static final long MXFP4_BLOCK = 32;

  /** How a packed weight [E,out,in] is stored. */
  private enum Packing {
    FLOAT32,
    BFLOAT16,
    FLOAT16,
    INT8,
    FP8,
    MXFP4;

    long bytes(long experts, long out, long in) {
      long weights = experts * out * in;
      return switch (this) {
        case FLOAT32 -> Float.BYTES * weights;
        case BFLOAT16, FLOAT16 -> Short.BYTES * weights;
        case INT8 -> weights + experts * out * Float.BYTES;
        case FP8 ->
          weights + experts * blocks(out, FP8_BLOCK) * blocks(in, FP8_BLOCK) * Float.BYTES;
        case MXFP4 -> experts * out * (blocks(in, 2) + blocks(in, MXFP4_BLOCK));
      };
    }

    private static long blocks(long length, long of) {
      return (length + of - 1) / of;
    }
  }

  private LoadingMemory() {}

  /**
   * Bytes of all blocks by the way of loading.
   *
   * @param blocks the sparse ones
   * @param types how the experts of each are stored
   * @param fp8Stays whether FP8 is in blocks that packed experts may have too
   */
  static Map<String, Long> of(List<BlockOutline> blocks, List<String> types, boolean fp8Stays) {
    long all = blocks.stream().mapToLong(BlockOutline::count).sum();
    Map<String, Long> memory = new LinkedHashMap<>();
    memory.put("float64", Double.BYTES * all);
    memory.put("float32", Float.BYTES * all);
    memory.put("bfloat16", packed(blocks, Packing.BFLOAT16));
    memory.put("int8", packed(blocks, Packing.INT8));
    memory.put("fp8", packed(blocks, Packing.FP8));
    memory.put("mxfp4", packed(blocks, Packing.MXFP4));
    if (types.stream().allMatch(type -> canStay(type, fp8Stays))) {
      long stored = 0;
      for (int i = 0; i < types.size(); i++) {
        stored += packed(blocks.get(i), stored(types.get(i)));
      }
      memory.put("asStored", stored);
    }
    long experts = blocks.stream().mapToLong(BlockOutline::expertCount).sum();
    memory.put("mapped", Float.BYTES * (all - experts));
    return memory;
  }

  private static boolean canStay(String type, boolean fp8Stays) {
    return List.of("F32", "BF16", "F16", "MXFP4").contains(type)
        || fp8Stays && type.equals("F8_E4M3");
  }

  private static Packing stored(String type) {
    return switch (type) {
      case "BF16" -> Packing.BFLOAT16;
      case "F16" -> Packing.FLOAT16;
      case "F8_E4M3" -> Packing.FP8;
      case "MXFP4" -> Packing.MXFP4;
      default -> Packing.FLOAT32;
    };
  }

  private static long packed(List<BlockOutline> blocks, Packing packing) {
    return blocks.stream().mapToLong(block -> packed(block, packing)).sum();
  }

  private static long packed(BlockOutline block, Packing packing) {
    long bytes = 0;
    for (Map.Entry<String, List<Long>> parameter : block.parameters().entrySet()) {
      List<Long> shape = parameter.getValue();
      boolean isPacked = parameter.getKey().startsWith("experts.") && shape.size() == 3;
      bytes += isPacked
          ? packing.bytes(shape.get(0), shape.get(1), shape.get(2))
          : Float.BYTES * shape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }
    return bytes;
  }
}
