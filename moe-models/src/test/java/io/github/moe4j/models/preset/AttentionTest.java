package io.github.moe4j.models.preset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.moe4j.core.experts.Activation;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Attention and feed-forward networks, counted by hand. */
class AttentionTest {
  private static void refused(String message, Executable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action).getMessage());
  }

  @Test
  void groupedAttention_scoreProducts_halfOfTheLayersSeeTheWindow() {
    GroupedAttention all = GroupedAttention.of(4, 2, 3);
    GroupedAttention windowed = new GroupedAttention(4, 2, 3, false, false, QkNorm.NONE, false, 5);
    // Scores and weighted values: 2·4·3 products for each token that is attended to.
    assertEquals(24 * 7, all.scoreProducts(7, 0));
    assertEquals(24 * 7, all.scoreProducts(7, 1));
    assertEquals(24 * 5, windowed.scoreProducts(7, 0));
    assertEquals(24 * 7, windowed.scoreProducts(7, 1));
    assertEquals(24 * 5, windowed.scoreProducts(7, 2));
    assertEquals(24 * 3, windowed.scoreProducts(3, 2));
    assertEquals("4 heads, 2 of keys and values, of width 3", all.label());
  }

  @Test
  void latentAttention_byHand() {
    LatentAttention attention = new LatentAttention(2, 3, 4, 5, 6, 7);
    // A token: scores of width 5 + 6 and values of width 7 in each of 2 heads.
    assertEquals(10 * 2 * 18, attention.scoreProducts(10, 1));
    // D 8: queries 8·3 + 3·22, down 8·10, up 4·2·12, output 14·8.
    assertEquals(24 + 66 + 80 + 96 + 112, attention.projections(8).matrices());
    assertEquals(
        8 * 22 + 80 + 96 + 112,
        new LatentAttention(2, 0, 4, 5, 6, 7).projections(8).matrices());
    assertEquals(7, attention.norms().vectors());
    assertEquals("2 latent heads, ranks 3 and 4, of widths 5 + 6 and 7", attention.label());
  }

  @Test
  void feedForward_label_namesWhatDiffers() {
    assertEquals("gated SILU of width 9", FeedForwardShape.swiGlu(9).label());
    assertEquals(
        "plain RELU of width 9", FeedForwardShape.plain(9, Activation.RELU).label());
    assertEquals(
        "gated clamped SwiGLU of width 9, biases",
        new FeedForwardShape(9, true, true, Activation.SILU, true).label());
  }

  @Test
  void any_wrongArguments_messageNamesRuleAndValue() {
    refused("kvHeads must divide heads = 4 but was 3", () -> GroupedAttention.of(4, 3, 2));
    refused(
        "window must be at least 0 but was -1",
        () -> new GroupedAttention(4, 2, 3, false, false, QkNorm.NONE, false, -1));
    refused(
        "queryRank must be at least 0 but was -1", () -> new LatentAttention(1, -1, 1, 1, 1, 1));
    refused(
        "clamped networks must be gated",
        () -> new FeedForwardShape(9, false, true, Activation.SILU, true));
  }

  private static Architecture architecture(
      List<Stack> stacks, Attention attention, @Nullable FeedForwardShape dense, int buckets) {
    Architecture any = Presets.all().get(0).architecture();
    return new Architecture(
        10, false, 8, stacks, attention, dense, any.sparse(), Norm.RMS, buckets, 0);
  }

  @Test
  void architecture_partsThatDoNotFit_saySo() {
    List<Stack> stacks = Presets.all().get(0).architecture().stacks();
    GroupedAttention grouped = GroupedAttention.of(2, 1, 4);
    FeedForwardShape dense = FeedForwardShape.swiGlu(9);
    refused("stacks must not be empty", () -> architecture(List.of(), grouped, dense, 0));
    refused(
        "relative positions need grouped attention",
        () -> architecture(stacks, new LatentAttention(1, 0, 1, 1, 1, 1), dense, 4));
    assertEquals(
        stacks.stream().mapToInt(Stack::layers).sum(),
        architecture(stacks, grouped, dense, 4).layers());
    List<Stack> mixed = List.of(Stack.decoder(3, 1));
    refused(
        "layers without experts need a dense network", () -> architecture(mixed, grouped, null, 0));
    assertEquals(3, architecture(mixed, grouped, dense, 0).layers());
    assertEquals(3, architecture(List.of(Stack.decoder(3, 0)), grouped, null, 0).layers());
  }

  @Test
  void stackAndExperts_numbersThatDoNotFit_saySo() {
    assertEquals(2, new Stack(3, 2, 1, false).firstSparse());
    assertEquals(0, new Stack(3, 0, 1, false).firstSparse());
    refused("firstSparse must be from 0 to 2 but was 3", () -> new Stack(3, 3, 1, false));
    refused("firstSparse must be from 0 to 2 but was -1", () -> new Stack(3, -1, 1, false));
    FeedForwardShape expert = FeedForwardShape.swiGlu(9);
    assertEquals(4, Sparse.of(4, 4, expert).k());
    refused("k must be at most E = 4 but was 5", () -> Sparse.of(4, 5, expert));
  }
}
