package io.github.moe4j.models.preset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.moe4j.core.experts.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Counts of tiny models against arrays that are there, listed as a checkpoint lists them. */
class AccountingTest {
  private final List<INDArray> arrays = new ArrayList<>();

  private void array(long... shape) {
    arrays.add(Nd4j.create(DataType.FLOAT, shape));
  }

  private long allocated() {
    return arrays.stream().mapToLong(INDArray::length).sum();
  }

  /** Parameters of a layer that the library builds; a selection bias is beside them. */
  private void layer(Architecture model, Routed routed) {
    new Preset("tiny", "tiny", model, routed, List.of())
        .layer(1)
        .parameters()
        .forEach((name, array) -> arrays.add(array));
    if (model.sparse().selectionBias()) {
      array(model.sparse().experts());
    }
  }

  private static Routed routedLike(String name) {
    return Preset.named(name).routed();
  }

  @Test
  void total_latentDecoder_isThatOfItsArrays() {
    FeedForwardShape expert = FeedForwardShape.swiGlu(5);
    Sparse sparse = new Sparse(16, 8, expert, new Sharing(2, expert, false), false, true);
    LatentAttention attention = new LatentAttention(2, 3, 4, 6, 2, 7);
    Architecture model = Architecture.decoder(
            11, 8, Stack.decoder(3, 1), attention, FeedForwardShape.swiGlu(13), sparse)
        .withPredictors(1);
    array(11, 8); // embedding
    array(11, 8); // output
    array(8); // last norm
    for (int i = 0; i < 3; i++) {
      latentLayer();
      if (i == 0) {
        array(13, 8);
        array(13, 8);
        array(8, 13);
      } else {
        layer(model, routedLike("deepseek-v3"));
      }
    }
    assertEquals(allocated(), Accounting.total(model).total());
    arrays.clear();
    array(8, 16); // projection of two rows
    array(8); // norm of the hidden row
    array(8); // norm of the embedding
    array(8); // norm before the head
    latentLayer();
    layer(model, routedLike("deepseek-v3"));
    assertEquals(allocated(), Accounting.predictors(model).total());
  }

  private void latentLayer() {
    array(3, 8); // q_a
    array(3); // its norm
    array(2 * (6 + 2), 3); // q_b
    array(4 + 2, 8); // kv_a
    array(4); // its norm
    array(2 * (6 + 7), 4); // kv_b
    array(8, 2 * 7); // o
    array(8); // norm before attention
    array(8); // norm before the network
  }

  @Test
  void total_groupedDecoderWithBiases_isThatOfItsArrays() {
    FeedForwardShape expert = new FeedForwardShape(5, true, true, Activation.SILU, true);
    GroupedAttention attention =
        new GroupedAttention(4, 2, 3, true, true, QkNorm.PER_HEAD, true, 0);
    Architecture model = Architecture.decoder(
        11, 8, Stack.decoder(2, 0), attention, null, new Sparse(6, 4, expert, null, true, false));
    array(11, 8);
    array(11, 8);
    array(8);
    for (int i = 0; i < 2; i++) {
      for (long rows : new long[] {4 * 3, 2 * 3, 2 * 3}) {
        array(rows, 8);
        array(rows);
      }
      array(8, 4 * 3);
      array(8);
      array(3); // norm of queries
      array(3); // norm of keys
      array(4); // sinks
      array(8);
      array(8);
      layer(model, routedLike("gpt-oss-20b"));
    }
    assertEquals(allocated(), Accounting.total(model).total());
  }

  @Test
  void total_encoderAndDecoder_isThatOfItsArrays() {
    FeedForwardShape network = new FeedForwardShape(10, false, true, Activation.RELU, false);
    List<Stack> stacks = List.of(new Stack(4, 1, 2, false), new Stack(3, 1, 2, true));
    Architecture model = new Architecture(
        11,
        true,
        8,
        stacks,
        GroupedAttention.of(2, 2, 4).withBiases(true, true),
        network,
        Sparse.of(4, 2, network),
        Norm.LAYER,
        32,
        0);
    array(11, 8);
    for (Stack stack : stacks) {
      array(32, 2); // relative positions
      layerNorm(); // last norm
      for (int i = 0; i < stack.layers(); i++) {
        for (int a = 0; a < (stack.cross() ? 2 : 1); a++) {
          LongStream.range(0, 4).forEach(p -> {
            array(8, 8);
            array(8);
          });
          layerNorm();
        }
        layerNorm();
        if (i == 1 || i == 3) {
          layer(model, routedLike("nllb-moe-54b"));
        } else {
          array(10, 8);
          array(10);
          array(8, 10);
          array(8);
        }
      }
    }
    assertEquals(allocated(), Accounting.total(model).total());
  }

  private void layerNorm() {
    array(8);
    array(8);
  }

  @Test
  void active_leavesOutOtherExpertsAlone() {
    Preset mixtral = Preset.named("mixtral-8x7b");
    // 6 of 8 experts, 3 matrices of 4096·14336, in 32 layers
    long idle = 6L * 3 * 4096 * 14336 * 32;
    assertEquals(mixtral.total().total() - idle, mixtral.active().total());
    assertEquals(
        mixtral.total().count(ParameterGroup.ROUTER),
        mixtral.active().count(ParameterGroup.ROUTER));
  }

  @Test
  void sparseLayers_everyFourth_areCounted() {
    assertEquals(6, new Stack(24, 3, 4, false).sparseLayers());
    assertEquals(6, new Stack(27, 3, 4, false).sparseLayers());
    assertEquals(21, new Stack(27, 3, 4, false).denseLayers());
    assertEquals(58, Stack.decoder(61, 3).sparseLayers());
  }
}
