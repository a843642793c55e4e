package io.github.moe4j.models.preset;

import io.github.moe4j.core.capacity.LimitedCapacity;
import io.github.moe4j.core.experts.Activation;
import io.github.moe4j.routing.Switch;
import java.util.List;

/**
 * Switch Transformers (Fedus et al. 2021, arXiv 2101.03961), T5 with experts in place of
 * feed-forward networks: in every second layer, in Switch-C in all.
 *
 * <p>Base has the plain networks of the released checkpoints (google/switch-base-8 and others), of
 * width 3072; Large those of T5-Large, of width 4096. Table 9 has gated ones of width 2048 and
 * 2816: as many parameters in Base, but 27.1B for Large, which it gives 26B. Switch-C is that of
 * table 9; google/switch-c-2048 has 30 heads and 12 decoder layers in its configuration.
 */
final class SwitchPresets {
  private static final String PAPER = "arXiv 2101.03961, ";
  private static final int VOCABULARY = 32128;
  private static final int BUCKETS = 32;
  private static final Routed ROUTED = new Routed(
      "top 1, softmax",
      experts -> new Switch(),
      0.01,
      "factor 1.25",
      LimitedCapacity.ofFactor(1.25),
      List.of("Switch loss 0.01"));

  private SwitchPresets() {}

  static List<Preset> all() {
    return List.of(
        base(
            8, Published.of("0.62B", Counting.TOTAL, "Open LLM Leaderboard, google/switch-base-8")),
        base(16, table7("1.1B").because("printed with two digits")),
        base(32, table7("2.0B").because("printed with two digits")),
        base(64, Published.of("3800M", Counting.TOTAL, PAPER + "table 6")),
        base(128, Published.of("7410M", Counting.TOTAL, PAPER + "table 8")),
        base(256, table7("14.7B")),
        large(),
        xxl(),
        c());
  }

  private static Published table7(String printed) {
    return Published.of(printed, Counting.TOTAL, PAPER + "table 7");
  }

  private static Published dense(String printed, String where) {
    return Published.of(printed, Counting.DENSE_EQUIVALENT, PAPER + where)
        .because("the T5 of equal operations");
  }

  private static Preset base(int experts, Published total) {
    Architecture sizes = t5(
        768,
        12,
        2,
        GroupedAttention.of(12, 12, 64),
        Sparse.of(experts, 1, FeedForwardShape.plain(3072, Activation.RELU)));
    return preset(
        "switch-base-" + experts, "Switch-Base " + experts, sizes, total, dense("223M", "table 8"));
  }

  private static Preset large() {
    Architecture sizes = t5(
        1024,
        24,
        2,
        GroupedAttention.of(16, 16, 64),
        Sparse.of(128, 1, FeedForwardShape.plain(4096, Activation.RELU)));
    return preset(
        "switch-large-128",
        "Switch-Large 128",
        sizes,
        Published.of("26B", Counting.TOTAL, PAPER + "table 9")
            .because("printed with two digits; with the plain networks of T5-Large"),
        dense("739M", "section 2.1 on T5-Large"));
  }

  /** Table 9 says 64 experts, which make half of its 395B; the checkpoint of that size has 128. */
  private static Preset xxl() {
    Architecture sizes = t5(
        4096,
        24,
        2,
        GroupedAttention.of(64, 64, 64),
        Sparse.of(128, 1, FeedForwardShape.gated(10240, Activation.GELU_TANH)));
    return preset(
        "switch-xxl",
        "Switch-XXL",
        sizes,
        Published.of("395B", Counting.TOTAL, PAPER + "table 9")
            .because("with the 128 experts of google/switch-xxl-128; the table's 64 make half"),
        dense("11B", "table 9"));
  }

  private static Preset c() {
    Architecture sizes = t5(
        2080,
        15,
        1,
        GroupedAttention.of(32, 32, 64),
        Sparse.of(2048, 1, FeedForwardShape.plain(6144, Activation.RELU)));
    return preset(
        "switch-c", "Switch-C", sizes, Published.of("1571B", Counting.TOTAL, PAPER + "table 9"));
  }

  private static Architecture t5(
      int width, int layers, int every, Attention attention, Sparse sparse) {
    List<Stack> stacks = List.of(
        new Stack(layers, every - 1, every, false), new Stack(layers, every - 1, every, true));
    return new Architecture(
        VOCABULARY, true, width, stacks, attention, sparse.expert(), sparse, Norm.RMS, BUCKETS, 0);
  }

  private static Preset preset(
      String name, String title, Architecture sizes, Published... published) {
    return new Preset(name, title, sizes, ROUTED, List.of(published));
  }
}
