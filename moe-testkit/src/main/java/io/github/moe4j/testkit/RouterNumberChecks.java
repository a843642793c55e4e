package io.github.moe4j.testkit;

import static io.github.moe4j.testkit.RouterSubject.EXPERTS;
import static io.github.moe4j.testkit.RouterSubject.assertMessage;
import static io.github.moe4j.testkit.RouterSubject.gradient;
import static io.github.moe4j.testkit.RouterSubject.requireDistributions;
import static io.github.moe4j.testkit.RouterSubject.weight;
import static io.github.moe4j.testkit.RouterSubject.x;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterDecision;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.TokenMask;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** NaN, infinity, large scores, and float32. */
record RouterNumberChecks(RouterSubject subject) {
  private RouterContract contract() {
    return subject.contract();
  }

  void weightNotFinite() {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      INDArray weight = Nd4j.zeros(DataType.DOUBLE, EXPERTS, 1);
      weight.putScalar(3, 0, bad);
      Router router = subject.router(weight, subject.firstChoice());
      INDArray x = Nd4j.ones(DataType.DOUBLE, 4, 1);
      TokenBatch input = TokenBatch.evaluation(x).withMask(TokenMask.of(false, false, true, true));
      if (contract().readsTokens()) {
        assertMessage(
            () -> subject.route(router, input), "token 2", "expert 3", String.valueOf(bad));
      } else {
        subject.requireTokensUnread(router, input);
      }
    }
  }

  void tokenNotFinite() {
    for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
      for (int k : subject.choices()) {
        INDArray x = x(5, 1);
        x.putScalar(0, 1, bad); // padding
        x.putScalar(3, 1, bad);
        TokenBatch input =
            TokenBatch.evaluation(x).withMask(TokenMask.of(false, true, true, true, true));
        Router router = subject.router(weight(2), k);
        if (contract().readsTokens()) {
          assertMessage(() -> subject.route(router, input), "token 3");
        } else {
          subject.requireTokensUnread(router, input);
        }
      }
    }
  }

  /** exp(1000) overflows in float64. */
  void largeScores() {
    for (double size : new double[] {80, 1000}) {
      requireFinite(size);
    }
  }

  private void requireFinite(double size) {
    double[] signs = {
      1, -1, -1, -1, -1, //
      -1, 1, 1, -1, 1, //
      -1, -1, -1, -1, -1, //
      1, 1, 1, 1, 1
    };
    double[] scores = Arrays.stream(signs).map(sign -> sign * size).toArray();
    for (DataType type : List.of(DataType.DOUBLE, DataType.FLOAT)) {
      for (int k : subject.choices()) {
        RouterPass routing = subject.routeScores(scores, k, type);
        requireDistributions(routing.decision());
        INDArray dx = Nd4j.zeros(type, 4, EXPERTS);
        Gradients into =
            subject.router(Nd4j.eye(EXPERTS).castTo(type), k).parameters().zeroGradients();
        subject.backward(routing, gradient(routing.decision()), dx, into);
        assertTrue(Arrays.stream(Near.values(dx)).allMatch(Double::isFinite), "dx not finite");
        assertTrue(Double.isFinite(into.globalNorm()), "parameter gradient not finite");
      }
    }
  }

  void float32() {
    for (int k : subject.choices()) {
      INDArray x = x(7, 1).castTo(DataType.FLOAT);
      INDArray weight = weight(2).castTo(DataType.FLOAT);
      RouterDecision single =
          subject.route(subject.router(weight, k), TokenBatch.evaluation(x)).decision();
      Router exact = subject.router(weight.castTo(DataType.DOUBLE), k);
      TokenBatch input = TokenBatch.evaluation(x.castTo(DataType.DOUBLE));
      Decisions.assertSame(subject.route(exact, input).decision(), single, 1e-5);
    }
  }
}
