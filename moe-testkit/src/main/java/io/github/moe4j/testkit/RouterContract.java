package io.github.moe4j.testkit;

import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Tests that every {@link Router} must pass. A router's test class extends this and creates it:
 *
 * <pre>{@code
 * class SwitchContractTest extends RouterContract {
 *   protected Router router(INDArray weight, int choices) {
 *     return GatedRouter.of(LinearGate.of(weight), new Switch());
 *   }
 *
 *   protected int[] choices(int experts) {
 *     return new int[] {1};
 *   }
 * }
 * }</pre>
 *
 * <p>Routers that draw noise or need token ids override {@link #prepare}. Declared
 * properties, such as {@link #choosesLargestScores}, determine what is tested, and a declared deviation
 * must be observed, otherwise the test fails. A test that does not apply is skipped, and says why.
 */
@ExtendWith(Seeds.class)
public abstract class RouterContract {
  private final RouterSubject subject = new RouterSubject(this);
  private final RouterShapeChecks shapes = new RouterShapeChecks(subject);
  private final RouterChoiceChecks choices = new RouterChoiceChecks(subject);
  private final RouterMaskChecks mask = new RouterMaskChecks(subject);
  private final RouterNumberChecks numbers = new RouterNumberChecks(subject);
  private final RouterRepeatChecks repeats = new RouterRepeatChecks(subject);
  private final RouterBackwardChecks backward = new RouterBackwardChecks(subject);

  /** For subclasses. */
  protected RouterContract() {}

  /**
   * The router under test.
   *
   * @param weight [E,D], the live weight of its gate: raw scores are {@code x·weightᵀ}
   * @param choices experts per token, at most E
   */
  protected abstract Router router(INDArray weight, int choices);

  /** The numbers of choices per token to test with E experts. */
  protected int[] choices(int experts) {
    return IntStream.of(1, 2, experts).filter(k -> k <= experts).distinct().toArray();
  }

  /** The input as the router needs it: with token ids, or training with noise from the seed. */
  protected TokenBatch prepare(TokenBatch input, long seed) {
    return input;
  }

  /** Whether each token goes to the experts with its largest raw scores, best first. */
  protected boolean choosesLargestScores() {
    return true;
  }

  /** Whether a token's experts or weights depend on tokens that come after it. */
  protected boolean readsLaterTokens() {
    return false;
  }

  /** Whether every real token gets an expert, so that a single expert gets all tokens. */
  protected boolean servesEveryToken() {
    return true;
  }

  /**
   * Whether a token's experts or weights depend on its position among the tokens, as with noise that is
   * drawn token by token or experts that take turns.
   */
  protected boolean readsTokenOrder() {
    return false;
  }

  /** Whether it draws noise in training, so that another seed gives another decision. */
  protected boolean drawsNoise() {
    return false;
  }

  /** What the weights of each token sum to, if that is always the same. */
  protected OptionalDouble weightSum() {
    return OptionalDouble.empty();
  }

  /** The smallest supported number of experts. */
  protected int leastExperts() {
    return 1;
  }

  /** Whether it reads the hidden states; hash routing reads only token ids. */
  protected boolean readsTokens() {
    return true;
  }

  /**
   * Whether its backward pass is the derivative of its forward pass. A deliberate other estimate
   * needs tests with values worked out by hand instead.
   */
  protected boolean isDerivative() {
    return true;
  }

  /** Whether more choices than experts are an error; false where the number is only a bound. */
  protected boolean refusesMoreChoicesThanExperts() {
    return choosesLargestScores() && subject.choices().length > 1;
  }

  /** Whether it has a backward pass; routers for evaluation only have none. */
  protected boolean hasBackward() {
    return true;
  }

  @Test
  void route_randomTokens_decidesOnEveryToken() {
    shapes.randomTokens();
  }

  @Test
  void route_sequences_keptInDecision() {
    shapes.sequences();
  }

  @Test
  void route_noTokens_decidesNothing() {
    shapes.noTokens();
  }

  @Test
  void route_fewestExperts_takeAllAndFewerAreRefused() {
    shapes.fewestExperts();
  }

  @Test
  void route_moreChoicesThanExperts_refused() {
    shapes.moreChoices();
  }

  @Test
  void route_wrongWidthOrType_saysWhatItWas() {
    shapes.wrongWidthOrType();
  }

  @Test
  void route_randomTokens_choosesLargestScoresOnlyIfSaid() {
    choices.largestScores();
  }

  @Test
  void route_oneToken_sameAsBeforeOthersIfSaid() {
    choices.laterTokens();
  }

  @Test
  void route_tokensReversed_decisionsReversedUnlessSaid() {
    choices.tokensReversed();
  }

  @Test
  void route_randomTokens_weightsSumAsSaid() {
    choices.weightSums();
  }

  @Test
  void route_mostChoices_eachExpertOnceForAToken() {
    choices.eachExpertOnce();
  }

  @Test
  void route_allTokensPreferOneExpert_allFirstChoicesThere() {
    choices.oneExpertPreferred();
  }

  @Test
  void route_tiedScores_sameBitsAndLowestIndexFirst() {
    choices.ties();
  }

  @Test
  void route_paddedTokens_noAssignmentAndZeroGradient() {
    mask.paddedTokens();
  }

  @Test
  void route_onlyPadding_decidesNothing() {
    mask.onlyPadding();
  }

  @Test
  void route_paddingAppended_othersUnchanged() {
    mask.paddingAppended();
  }

  @Test
  void route_weightNotFinite_namesTokenAndExpert() {
    numbers.weightNotFinite();
  }

  @Test
  void route_tokenNotFinite_isNamed() {
    numbers.tokenNotFinite();
  }

  @Test
  void route_largeScores_staysFinite() {
    numbers.largeScores();
  }

  @Test
  void route_float32_nearFloat64() {
    numbers.float32();
  }

  @Test
  void route_sameSeed_sameBits() {
    repeats.sameSeed();
  }

  @Test
  void route_trainingSameSeed_sameBits() {
    repeats.trainingSameSeed();
  }

  @Test
  void route_trainingOtherSeed_differsOnlyIfSaid() {
    repeats.trainingOtherSeed();
  }

  @Test
  void route_scopeClosedAndMemoryReused_decisionStays() {
    repeats.scopeClosed();
  }

  @Test
  void route_otherPassesBetween_sameBits() {
    repeats.otherPassesBetween();
  }

  @Test
  void route_inputAndParameters_notModified() {
    repeats.notModified();
  }

  @Test
  void route_severalThreads_sameAsOne() throws Exception {
    repeats.severalThreads();
  }

  @Test
  void backward_weightsLogitsProbabilities_matchDifferencesIfSaid() {
    backward.differences();
  }

  @Test
  void backward_afterOtherPasses_sameBits() {
    repeats.backwardAfterOtherPasses();
  }

  @Test
  void backward_partsAlone_sumToWhole() {
    backward.parts();
  }

  @Test
  void backward_frozenParameters_othersUnchanged() {
    backward.frozenParameters();
  }

  @Test
  void backward_gradientOfOtherLengths_refusedAndNothingChanged() {
    backward.otherLengths();
  }

  @Test
  void backward_targetsNotZero_adds() {
    backward.adds();
  }
}
