package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.NamedArrays;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.fuzz.Draw;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The end of a sequence: a parameter is closed, and neither forward nor backward may read it. */
final class ClosedParameter {
  private final Sequence sequence;

  ClosedParameter(Sequence sequence) {
    this.sequence = sequence;
  }

  void run() {
    NamedArrays parameters = sequence.layer().parameters();
    List<String> names = parameters.names().stream()
        .filter(name -> parameters.get(name).closeable())
        .toList();
    if (names.isEmpty()) {
      return;
    }
    parameters.get(Draw.of(sequence.random(), names)).close();
    INDArray x = Nd4j.ones(sequence.subject().type(), 2, sequence.subject().width());
    TokenBatch batch = TokenBatch.evaluation(x).withTokenIds(0, 1);
    sequence
        .calls()
        .refused(
            "a forward with a closed parameter",
            sequence.snapshot(),
            () -> sequence.layer().forward(batch));
    sequence.pass(sequence::isOpen).ifPresent(pass -> {
      INDArray dy = sequence.like(pass.input());
      INDArray dx = dy.dup('c');
      sequence
          .calls()
          .refused(
              "a backward with a closed parameter",
              sequence.snapshot().with("dx", dx).with("dy", dy),
              () -> pass.pass().backward(dy, dx, emptyGradients()));
    });
  }

  private Gradients emptyGradients() {
    NamedArrays.Builder zeros = NamedArrays.builder();
    NamedArrays parameters = sequence.layer().parameters();
    parameters.forEach(
        (name, array) -> zeros.add(name, Nd4j.create(array.dataType(), array.shape())));
    return Gradients.in(zeros.build());
  }
}
