package io.github.moe4j.core.io;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of elements that the format knows, by the names that stand in headers. */
enum Dtype {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  U8(TensorType.UINT8),
  I8(8),
  F8_E5M2(TensorType.FLOAT8_E5M2),
  F8_E4M3(TensorType.FLOAT8_E4M3),
  F8_E8M0(TensorType.FLOAT8_E8M0),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  I16(16),
  U16(16),
  F16(TensorType.FLOAT16),
  BF16(TensorType.BFLOAT16),
  I32(TensorType.INT32),
  U32(32),
  F32(TensorType.FLOAT32),
  C64(64),
  F64(TensorType.FLOAT64),
  I64(TensorType.INT64),
  U64(64);

  private static final Map<String, Dtype> BY_NAME = new HashMap<>();

  static {
    for (Dtype dtype : values()) {
      BY_NAME.put(dtype.name(), dtype);
    }
  }

  private final int bits;
  private final @Nullable TensorType type;

  Dtype(int bits) {
    this.bits = bits;
    this.type = null;
  }

  Dtype(TensorType type) {
    this.bits = Byte.SIZE * type.bytes();
    this.type = type;
  }

  static @Nullable Dtype named(String name) {
    return BY_NAME.get(name);
  }

  static Dtype of(TensorType type) {
    return switch (type) {
      case FLOAT64 -> F64;
      case FLOAT32 -> F32;
      case FLOAT16 -> F16;
      case BFLOAT16 -> BF16;
      case FLOAT8_E4M3 -> F8_E4M3;
      case FLOAT8_E5M2 -> F8_E5M2;
      case FLOAT8_E8M0 -> F8_E8M0;
      case UINT8 -> U8;
      case INT32 -> I32;
      case INT64 -> I64;
    };
  }

  /** Of one element; not always whole bytes. */
  int bits() {
    return bits;
  }

  /** Null if this library does not read it. */
  @Nullable
  TensorType type() {
    return type;
  }
}
