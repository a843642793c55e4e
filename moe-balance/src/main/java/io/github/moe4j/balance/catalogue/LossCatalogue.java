package io.github.moe4j.balance.catalogue;

import io.github.moe4j.balance.BatchwiseLoss;
import io.github.moe4j.balance.CommunicationLoss;
import io.github.moe4j.balance.ComplementaryLoss;
import io.github.moe4j.balance.DeviceLoss;
import io.github.moe4j.balance.EntropyLoss;
import io.github.moe4j.balance.GlobalBatchLoss;
import io.github.moe4j.balance.ImportanceLoss;
import io.github.moe4j.balance.LoadLoss;
import io.github.moe4j.balance.LoadUnit;
import io.github.moe4j.balance.LossScope;
import io.github.moe4j.balance.ReMoEL1;
import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.balance.SwitchLoss.Counting;
import io.github.moe4j.balance.VarianceEstimator;
import io.github.moe4j.balance.ZLoss;
import io.github.moe4j.core.TokenScores.Kind;
import io.github.moe4j.core.catalogue.Catalogue;
import java.util.List;

/** The catalogue of losses: those of the library and user-defined ones. */
public final class LossCatalogue {
  private static final String SWITCH_PAGE = "switch-loss";
  private static final String DEEPSEEK_PAGE = "deepseek-losses";
  private static final String IMPORTANCE_PAGE = "importance-and-load";
  private static final String ENTROPY_PAGE = "entropy-loss";

  private static final List<LossProvider> LIBRARY = List.of(
      LibraryLoss.of(
              "switch",
              "Switch loss",
              "E·Σ f·P, f the share of all choices",
              SWITCH_PAGE,
              0.01,
              "1",
              (c, sizes) -> SwitchLoss.of(c))
          .when("the default: any router with a distribution; one coefficient"),
      LibraryLoss.of(
              "switch-per-token",
              "Switch loss, counted per token",
              "E·Σ f·P, f the choices per token",
              SWITCH_PAGE,
              0.005,
              "K",
              (c, sizes) -> new SwitchLoss(c, Counting.PER_TOKEN, LossScope.ALL_LAYERS))
          .when("as Switch, on the scale of Mixtral in Hugging Face: K times the loss"),
      LibraryLoss.of(
              "gshard",
              "GShard's loss",
              "E·Σ f·P, f the share of first choices",
              SWITCH_PAGE,
              0.01,
              "1",
              (c, sizes) -> SwitchLoss.gshard(c))
          .when("as Switch, if only first choices need balance; weaker on the others"),
      LibraryLoss.of(
              "per-sequence",
              "DeepSeek-V2's expert-level loss",
              "E·Σ f·P within each sequence",
              DEEPSEEK_PAGE,
              0.01,
              "1",
              (c, sizes) -> SwitchLoss.perSequence(c))
          .withinSequences()
          .when(
              "every sequence must use all experts, as in expert parallelism; costs specialization"),
      LibraryLoss.of(
              "global-batch",
              "Global-batch loss",
              "E·Σ f·P, f over the whole optimizer step",
              "global-batch",
              0.01,
              "1 over the global batch",
              (c, sizes) -> GlobalBatchLoss.of(c))
          .when("small micro-batches or several workers: balanced overall, free within a batch"),
      LibraryLoss.of(
              "importance",
              "Importance loss of probabilities",
              "CV² of Σ_t p",
              IMPORTANCE_PAGE,
              0.03,
              "0",
              (c, sizes) -> ImportanceLoss.ofProbabilities(c, VarianceEstimator.POPULATION))
          .when("without counts; balances probability, not tokens"),
      LibraryLoss.of(
              "importance-of-weights",
              "Importance loss of weights",
              "CV² of Σ_t w; only chosen experts have a gradient",
              IMPORTANCE_PAGE,
              0.01,
              "0",
              (c, sizes) -> ImportanceLoss.of(c))
          .reading()
          .when("only together with noise and a load loss"),
      LibraryLoss.of(
              "load",
              "Load loss",
              "CV² of Σ_t P(chosen under the router's noise)",
              IMPORTANCE_PAGE,
              0.01,
              "0",
              (c, sizes) -> LoadLoss.of(c))
          .reading(Kind.SELECTION)
          .withRouter("noisy-top-k")
          .when("noisy top-k; usually with importance-of-weights"),
      LibraryLoss.of(
              "entropy",
              "Entropy loss",
              "−H(mean_t p)",
              ENTROPY_PAGE,
              0.1,
              "−ln E",
              (c, sizes) -> EntropyLoss.of(c))
          .when("smooth, without counts; needs a larger coefficient, and reads probabilities only"),
      LibraryLoss.of(
              "entropy-of-each-token",
              "Entropy loss of each token",
              "−mean_t H(p)",
              ENTROPY_PAGE,
              0.1,
              "−ln E",
              (c, sizes) -> new EntropyLoss(c, EntropyLoss.Of.EACH_TOKEN))
          .evening(LoadUnit.NONE)
          .when("with another loss: against premature confidence of the router"),
      LibraryLoss.of(
              "device",
              "DeepSeek's device-level loss",
              "Σ_d f·P over devices",
              DEEPSEEK_PAGE,
              0.01,
              "1",
              (c, sizes) -> DeviceLoss.of(c, sizes.placement()))
          .withinSequences()
          .evening(LoadUnit.DEVICES)
          .when("experts may differ as long as devices are balanced"),
      LibraryLoss.of(
              "communication",
              "DeepSeek-V2's communication loss",
              "Σ_d f·P over devices, f the tokens sent there",
              DEEPSEEK_PAGE,
              0.01,
              "1",
              (c, sizes) ->
                  CommunicationLoss.of(c, sizes.placement(), Math.min(sizes.k(), sizes.devices())))
          .withinSequences()
          .evening(LoadUnit.DEVICES)
          .when("the traffic to each device is the bottleneck"),
      LibraryLoss.of(
              "complementary",
              "DeepSeek-V3's complementary loss",
              "E·Σ f·P within each sequence, f from the scores only",
              DEEPSEEK_PAGE,
              0.02,
              "1",
              (c, sizes) -> ComplementaryLoss.of(c, sizes.k()))
          .withinSequences()
          .withRouter("deepseek-v3")
          .when("sigmoid routers without a bias; 1e-4 together with one"),
      LibraryLoss.of(
              "z-loss",
              "Router z-loss",
              "mean_t (log Σ exp l)²",
              "z-loss",
              0.001,
              "(ln E)² at zero scores",
              (c, sizes) -> ZLoss.of(c))
          .reading(Kind.LOGITS)
          .evening(LoadUnit.NONE)
          .when("with another loss: against growing logits in low precision"),
      LibraryLoss.of(
              "batchwise-loss",
              "Batchwise loss",
              "Σ (H − M)·(X − T), the batch's mask M and that of the thresholds H",
              "batchwise-loss",
              1e-4,
              "0 where its thresholds agree with the batch",
              (c, sizes) -> BatchwiseLoss.of(c))
          .reading(Kind.MARGINS)
          .withRouter("batchwise")
          .when("a batchwise mask in training that must also work token by token"),
      LibraryLoss.of(
              "remoe-l1",
              "ReMoE's L1 loss",
              "E/(T²·k)·Σ n·w",
              "remoe-l1",
              0.01,
              "K·w with weights w",
              (c, sizes) -> ReMoEL1.of(c, sizes.k()))
          .reading()
          .withRouter("remoe")
          .when("ReLU routing: controls the number of experts per token and their load"));

  private LossCatalogue() {}

  /** The losses of the library, in the order of the docs. */
  public static List<LossProvider> library() {
    return LIBRARY;
  }

  /**
   * The losses of the library and user-defined ones.
   *
   * @throws java.util.ServiceConfigurationError if a provider cannot be loaded
   * @throws IllegalArgumentException if two have the same name
   */
  public static Catalogue<LossProvider> load() {
    return Catalogue.load("loss", LossProvider.class, LIBRARY);
  }
}
