package io.github.moe4j.models.layout;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The storage of the tensors according to {@code quantization_config}. */
final class QuantizationConfig {
  static final String FIELD = "quantization_config";
  private static final String SUPPORTED =
      "quant_method fp8 with fmt e4m3, activation_scheme dynamic and weight_block_size; quant_method mxfp4";

  private final ModelConfig config;

  /** The fields of a whole config. */
  QuantizationConfig(ModelConfig config) {
    this.config = config;
  }

  /** The blocks of FP8 tensors; null if the config does not specify them. */
  @Nullable
  BlockScales blockScales() {
    if (!isSupported() || !method().equals("fp8")) {
      return null;
    }
    ModelConfig fields = config.inner(FIELD);
    List<Integer> size = fields.integers("weight_block_size");
    if (size.size() != 2 || size.get(0) < 1 || size.get(1) < 1) {
      throw new LayoutException(
          "config %s weight_block_size must be two whole numbers of at least 1 but is %s",
          FIELD, size);
    }
    return new BlockScales(
        size.get(0), size.get(1), fields.text("scale_fmt", "float").equals("ue8m0"));
  }

  private String method() {
    return config.isSet(FIELD) ? config.inner(FIELD).text("quant_method", "") : "";
  }

  /** Whether tensors in that form can be read. */
  boolean isSupported() {
    if (!config.isSet(FIELD)) {
      return true;
    }
    ModelConfig fields = config.inner(FIELD);
    return switch (method()) {
      case "mxfp4" -> true;
      case "fp8" ->
        fields.isSet("weight_block_size")
            && fields.text("fmt", "e4m3").equals("e4m3")
            && fields.text("activation_scheme", "dynamic").equals("dynamic");
      default -> false;
    };
  }

  /** What the config says, for messages. */
  String shown() {
    return config.isSet(FIELD) ? config.shown(FIELD) : "none";
  }

  /** The error for a form that cannot be read. */
  LayoutException unsupported() {
    return config.unsupported(FIELD, SUPPORTED);
  }
}
