package io.github.moe4j.parallel;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.DispatchPlan;
import io.github.moe4j.core.DispatchedPass;
import io.github.moe4j.core.ExchangeTimed;
import io.github.moe4j.core.ExpertsPass;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.PassArrays;
import io.github.moe4j.core.PassMode;
import io.github.moe4j.core.WeightAt;
import io.github.moe4j.core.internal.Rows;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One pass in which a token travels once to each rank that holds some of its experts: that rank has a plan of its own
 * over the tokens that it receives, and one row a token comes back, the sum of what its experts there made of it.
 */
final class TokenPass implements DispatchedPass, ExchangeTimed {
  private final ExpertParallel experts;
  private final WeightAt weightAt;
  private final PassMode mode;
  private final Arena.Scope scope;
  private final INDArray x;
  private final int rows;
  private final TokenRoutes routes;

  /** First row to send to each rank [N+1]. */
  private final int[] sendStart;

  /** First token received from each rank [N+1]. */
  private final int[] tokenStart;

  /** First choice received from each rank [N+1]. */
  private final int[] choiceStart;

  /** The tokens received, and their rows of the local experts. */
  private final INDArray xHere;

  private final DispatchPlan here;
  private final ExpertsPass run;

  /** A row for each token sent, which returned. */
  private final INDArray home;

  private long exchangeNanos;

  /** Runs the pass, except for the last sum. */
  TokenPass(
      ExpertParallel experts,
      DispatchPlan plan,
      WeightAt weightAt,
      INDArray x,
      PassMode mode,
      Arena.Scope scope) {
    this.experts = experts;
    this.weightAt = weightAt;
    this.mode = mode;
    this.scope = scope;
    this.x = x;
    this.rows = plan.rows();
    int rank = experts.group().rank();
    int ranks = experts.group().size();
    this.routes = TokenRoutes.of(plan, experts.placement(), rank);
    this.sendStart = routes.tokens().expertStart();
    long begin = System.nanoTime();
    long[][] counts = experts.exchange().counts(0, counts(sendStart, routes.choiceStart()));
    this.exchangeNanos = System.nanoTime() - begin; // a rank waits for slower ones here
    this.tokenStart = starts(counts, rank);
    this.choiceStart = starts(counts, ranks + rank);

    this.home = take(sendStart[ranks]);
    WeightAt.OUTPUT.dispatch(routes.tokens(), x, home);
    this.xHere = take(tokenStart[ranks]);
    exchange(home, sendStart, xHere, tokenStart);
    this.here = planOfReceived(plan.assignments());
    INDArray xR = take(here.rows());
    weightAt.dispatch(here, xHere, xR);
    this.run = experts.runLocal(xR, here.expertStart(), mode, scope);
    INDArray yHere = take(tokenStart[ranks]);
    combineHere(yHere);
    exchange(yHere, tokenStart, home, sendStart);
  }

  /** Rows and choices for each rank. */
  private static long[] counts(int[] rowStart, int[] choiceStart) {
    int ranks = rowStart.length - 1;
    long[] counts = new long[2 * ranks];
    for (int r = 0; r < ranks; r++) {
      counts[r] = rowStart[r + 1] - rowStart[r];
      counts[ranks + r] = choiceStart[r + 1] - choiceStart[r];
    }
    return counts;
  }

  private static int[] starts(long[][] counts, int column) {
    int[] start = new int[counts.length + 1];
    for (int r = 0; r < counts.length; r++) {
      start[r + 1] = Math.addExact(start[r], Math.toIntExact(counts[r][column]));
    }
    return start;
  }

  /** Tells the ranks the experts and weights of the tokens sent, and plans those received. */
  private DispatchPlan planOfReceived(Assignments own) {
    int[] assignment = routes.assignment();
    double[] sent = new double[2 * assignment.length];
    for (int n = 0; n < assignment.length; n++) {
      sent[2 * n] = routes.key()[n];
      sent[2 * n + 1] = own.weight(assignment[n]);
    }
    double[] received = exchange(sent, 2, routes.choiceStart(), choiceStart);
    int held = Math.max(1, experts.heldHere());
    int[] token = new int[received.length / 2];
    int[] expert = new int[received.length / 2];
    double[] weight = new double[received.length / 2];
    for (int rank = 0; rank + 1 < choiceStart.length; rank++) {
      for (int n = choiceStart[rank]; n < choiceStart[rank + 1]; n++) {
        long key = (long) received[2 * n];
        token[n] = tokenStart[rank] + Math.toIntExact(key / held);
        expert[n] = (int) (key % held);
        weight[n] = received[2 * n + 1];
      }
    }
    int tokens = tokenStart[tokenStart.length - 1];
    return DispatchPlan.of(Assignments.wrap(tokens, held, token, expert, weight));
  }

  private void combineHere(INDArray yHere) {
    try {
      weightAt.combine(here, run.y(), yHere);
    } catch (IllegalArgumentException e) { // its numbers are those of the plan here
      throw new IllegalArgumentException(
          "outputs of experts on rank %d must be finite but %s"
              .formatted(experts.group().rank(), culprit()),
          e);
    }
  }

  private String culprit() {
    Rows results = Rows.of(run.y());
    double[] row = new double[results.width()];
    int[] start = here.expertStart();
    int[] numbers = experts.placement().expertsOn(experts.group().rank());
    for (int i = 0; i < numbers.length; i++) {
      for (int r = start[i]; r < start[i + 1]; r++) {
        results.read(r, row);
        if (!Arrays.stream(row).allMatch(Double::isFinite)) {
          return "expert " + numbers[i] + " has NaN or infinity";
        }
      }
    }
    return "the weighted sum of a token is not";
  }

  @Override
  public ExpertsPass run() {
    return run;
  }

  @Override
  public long exchangeNanos() {
    return exchangeNanos;
  }

  @Override
  public void combine(INDArray y) {
    WeightAt.OUTPUT.combine(routes.tokens(), home, y);
  }

  @Override
  public double[] backward(INDArray dy, INDArray dx, Gradients into) {
    if (!mode.isDifferentiable()) { // before any exchange
      throw new IllegalStateException("backward of experts in parallel came after an evaluation");
    }
    PassArrays.requireGradients("the experts", experts.parameters(), into);
    int tokens = tokenStart[tokenStart.length - 1];
    INDArray sent = take(routes.tokens().rows());
    WeightAt.OUTPUT.dispatch(routes.tokens(), dy, sent);
    INDArray dyHere = take(tokens);
    exchange(sent, sendStart, dyHere, tokenStart);
    INDArray dyR = take(here.rows());
    double[] dWeightsHere = weightAt.combineBackward(here, dyHere, run.y(), dyR);
    INDArray dxR = scope.takeZeros(x.dataType(), here.rows(), x.size(1));
    run.backward(dyR, dxR, into);
    INDArray dxHere = scope.takeZeros(x.dataType(), tokens, x.size(1));
    weightAt.dispatchBackward(here, xHere, dxR, dxHere, dWeightsHere);
    exchange(dxHere, tokenStart, sent, sendStart);
    WeightAt.OUTPUT.dispatchBackward(
        routes.tokens(), x, sent, dx, new double[routes.tokens().rows()]);
    return dWeights(dWeightsHere);
  }

  /** Sends the gradients of the weights back to the ranks of their tokens. */
  private double[] dWeights(double[] here) {
    double[] received = exchange(here, 1, choiceStart, routes.choiceStart());
    double[] dWeights = new double[rows];
    for (int n = 0; n < received.length; n++) {
      dWeights[routes.assignment()[n]] = received[n];
    }
    return dWeights;
  }

  private INDArray take(int count) {
    return scope.take(x.dataType(), count, x.size(1));
  }

  private void exchange(INDArray send, int[] sendStarts, INDArray receive, int[] receiveStarts) {
    long start = System.nanoTime();
    experts.exchange().rows(send, sendStarts, receive, receiveStarts);
    exchangeNanos += System.nanoTime() - start;
  }

  /** Exchanges some numbers for each choice. */
  private double[] exchange(double[] send, int width, int[] sendStarts, int[] receiveStarts) {
    INDArray sent = scope.take(DataType.DOUBLE, send.length / width, width);
    int count = receiveStarts[receiveStarts.length - 1];
    INDArray received = scope.take(DataType.DOUBLE, count, width);
    if (send.length > 0) {
      Rows.of(sent.reshape('c', 1, send.length)).write(0, send);
    }
    long start = System.nanoTime();
    experts.exchange().numbers(sent, sendStarts, received, receiveStarts);
    exchangeNanos += System.nanoTime() - start;
    double[] values = new double[count * width];
    if (count > 0) {
      Rows.of(received.reshape('c', 1, values.length)).read(0, values);
    }
    return values;
  }
}
