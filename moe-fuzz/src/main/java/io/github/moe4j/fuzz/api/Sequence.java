package io.github.moe4j.fuzz.api;

import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.fuzz.Draw;
import io.github.moe4j.fuzz.api.OpenPass.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the steps of one sequence share: the layer, its passes so far, and how calls are judged. */
final class Sequence {
  private final SplittableRandom random;
  private final Calls calls;
  private final RandomLayer subject;
  private final List<OpenPass> passes = new ArrayList<>();
  private int changes;

  Sequence(SplittableRandom random, Calls calls, RandomLayer subject) {
    this.random = random;
    this.calls = calls;
    this.subject = subject;
  }

  SplittableRandom random() {
    return random;
  }

  Calls calls() {
    return calls;
  }

  RandomLayer subject() {
    return subject;
  }

  MoeLayer layer() {
    return subject.layer();
  }

  int changes() {
    return changes;
  }

  /** Parameters were changed: the passes so far have no backward any more. */
  void parametersChanged() {
    changes++;
  }

  /** A bias was changed, which routers have read: backward passes stay allowed, but cannot be computed again. */
  void biasChanged() {
    passes.replaceAll(pass -> pass.state() == State.OPEN ? pass.with(State.BALANCED) : pass);
  }

  void add(OpenPass pass) {
    passes.add(pass);
  }

  void replace(OpenPass was, OpenPass is) {
    passes.set(passes.indexOf(was), is);
  }

  /** One of the passes that a condition holds for. */
  Optional<OpenPass> pass(Predicate<OpenPass> condition) {
    List<OpenPass> those = passes.stream().filter(condition).toList();
    return those.isEmpty() ? Optional.empty() : Optional.of(Draw.of(random, those));
  }

  /** Whether its backward is still allowed. */
  boolean isOpen(OpenPass pass) {
    return pass.state() != State.ENDED && pass.input().hasBackward() && pass.changes() == changes;
  }

  /** Random numbers of the shape and type of the tokens of a pass. */
  INDArray like(RandomInput input) {
    return RandomInput.array(random, subject.type(), input.tokens(), subject.width());
  }

  /** Everything that no refused call may change. */
  Snapshot snapshot() {
    return new Snapshot().with("parameter", layer().parameters());
  }

  void close() {
    passes.forEach(pass -> pass.pass().close());
  }
}
