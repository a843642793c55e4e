package io.github.moe4j.core;

import static io.github.moe4j.testkit.Near.assertAllZero;
import static io.github.moe4j.testkit.Near.assertSameBits;
import static io.github.moe4j.testkit.Near.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.checkpoint.Checkpoint;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.core.experts.CompositeExperts;
import io.github.moe4j.core.experts.ConstantExperts;
import io.github.moe4j.core.experts.CopyExperts;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.FfnExperts;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.ZeroExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.io.Safetensors;
import io.github.moe4j.core.io.SafetensorsWriter;
import io.github.moe4j.core.io.TensorType;
import io.github.moe4j.core.lora.LoraExperts;
import io.github.moe4j.core.lora.LoraOptions;
import io.github.moe4j.core.training.Optimizer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;

/** The same as {@link CallersArraysTest} of experts used alone, optimizers and writers. */
class CallersArraysOfPartsTest {
  private static final int D = 4;
  private static final String CLOSED =
      " must be usable but it, or the array of which it is a view, was closed";

  private static final ExpertOptions OPTIONS = ExpertOptions.of(2, D, 3);

  /** Kinds of two experts. */
  enum Kind {
    FFN(FfnExperts.create(OPTIONS.withActivation(Activation.RELU), 1)),
    GLU(GluExperts.create(OPTIONS, 1)),
    CONSTANT(ConstantExperts.create(2, D, DataType.FLOAT, 1)),
    COPY(new CopyExperts(2, D, DataType.FLOAT)),
    ZERO(new ZeroExperts(2, D, DataType.FLOAT)),
    LORA(LoraExperts.of(GluExperts.create(OPTIONS, 1), LoraOptions.of(2, 4))),
    COMPOSITE(CompositeExperts.of(
        new CopyExperts(1, D, DataType.FLOAT), new ZeroExperts(1, D, DataType.FLOAT)));

    private final Experts experts;

    Kind(Experts experts) {
      this.experts = experts;
    }
  }

  private static INDArray ones(int rows) {
    return Nd4j.ones(DataType.FLOAT, rows, D);
  }

  private static INDArray closed() {
    INDArray array = ones(4);
    array.close();
    return array;
  }

  private static void refused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void experts_closedOrOverlappingArrays_areRefusedByName(Kind kind) {
    int[] start = {0, 2, 4};
    Gradients into = kind.experts.parameters().zeroGradients();
    INDArray all = ones(8);
    INDArray x = all.get(NDArrayIndex.interval(2, 6), NDArrayIndex.all());
    INDArray overlapping = all.get(NDArrayIndex.interval(0, 4), NDArrayIndex.all());
    try (Arena.Scope scope = new Arena().open()) {
      refused(
          "x of the experts" + CLOSED,
          () -> kind.experts.run(closed(), start, PassMode.training(), scope));
      ExpertsPass pass = kind.experts.run(x, start, PassMode.training(), scope);
      refused("dy of the experts" + CLOSED, () -> pass.backward(closed(), ones(4), into));
      refused("dx of the experts" + CLOSED, () -> pass.backward(ones(4), closed(), into));
      String shared = "x and dx of the experts must not share memory";
      refused(shared, () -> pass.backward(ones(4), x, into));
      refused(shared, () -> pass.backward(ones(4), overlapping, into));
    }
    assertSameBits("x", values(ones(8)), values(all));
    into.forEach((name, gradient) -> assertAllZero(name, values(gradient)));
  }

  @Test
  void quantizedExperts_closedRows_areRefusedByName() {
    Experts experts = QuantizedExperts.of(GluExperts.create(OPTIONS, 1), WeightFormat.BFLOAT16);
    int[] start = {0, 2, 4};
    try (Arena.Scope scope = new Arena().open()) {
      refused(
          "x of the experts" + CLOSED,
          () -> experts.run(closed(), start, PassMode.evaluation(), scope));
    }
  }

  @Test
  void loraExperts_closedFrozenWeight_isRefusedInForwardAndBackward() {
    GluExperts base = GluExperts.create(OPTIONS, 1);
    LoraExperts experts = LoraExperts.of(base, LoraOptions.of(2, 4));
    Gradients into = experts.parameters().zeroGradients();
    int[] start = {0, 2, 4};
    try (Arena.Scope scope = new Arena().open()) {
      ExpertsPass pass = experts.run(ones(4), start, PassMode.training(), scope);
      base.parameters().get("up.weight").close();
      String message = "parameter up.weight of the experts" + CLOSED;
      INDArray dx = Nd4j.zeros(DataType.FLOAT, 4, D);
      refused(message, () -> pass.backward(ones(4), dx, into));
      assertAllZero("dx", values(dx));
      refused(message, () -> experts.run(ones(4), start, PassMode.training(), scope));
    }
    into.forEach((name, gradient) -> assertAllZero(name, values(gradient)));
  }

  @Test
  void optimizer_closedParameterGradientOrState_changesNothing() {
    NamedArrays parameters =
        NamedArrays.builder().add("a", ones(4)).add("b", ones(4)).build();
    Optimizer optimizer = Optimizer.of(parameters, new Adam(0.1));
    Gradients gradients = parameters.zeroGradients();
    gradients.forEach((name, gradient) -> gradient.assign(1));
    Gradients shared = Gradients.in(parameters);
    refused(
        "parameter a and gradient of a of the optimizer must not share memory",
        () -> optimizer.step(shared));
    gradients.get("b").close();
    refused("the optimizer: gradient of b" + CLOSED, () -> optimizer.step(gradients));
    assertSameBits("a", values(ones(4)), values(parameters.get("a")));
    assertEquals(0, optimizer.steps());
    Gradients fresh = parameters.zeroGradients();
    optimizer.state().get("b").close();
    refused("parameter b of the optimizer's state" + CLOSED, () -> optimizer.step(fresh));
    parameters.get("b").close();
    refused(
        "parameter b of the optimizer" + CLOSED,
        () -> Optimizer.of(parameters, new Adam(0.1)).step(fresh));
  }

  @Test
  void namedArrays_closed_isRefused() {
    refused("parameter a" + CLOSED, () -> NamedArrays.builder().add("a", closed()));
  }

  @Test
  void writers_closedTensor_isRefusedAndNoFileIsWritten(@TempDir Path folder) {
    refused("a" + CLOSED, () -> Checkpoint.builder().tensor("a", closed()));
    INDArray array = ones(4);
    Checkpoint.Builder checkpoint = Checkpoint.builder().tensor("a", array);
    SafetensorsWriter writer = Safetensors.writer();
    writer.put("a", array, TensorType.FLOAT32);
    array.close();
    refused("b" + CLOSED, () -> writer.put("b", closed(), TensorType.FLOAT32));
    Path first = folder.resolve("a.moe");
    refused("a" + CLOSED, () -> checkpoint.save(first));
    Path second = folder.resolve("a.safetensors");
    refused("a" + CLOSED, () -> writer.write(second));
    assertFalse(Files.exists(first));
    assertFalse(Files.exists(second));
  }
}
