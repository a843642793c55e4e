package io.github.moe4j.examples;

import io.github.moe4j.balance.SwitchLoss;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.training.Optimizer;
import io.github.moe4j.routing.GatedRouter;
import io.github.moe4j.routing.LinearGate;
import io.github.moe4j.routing.TopK;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;

/** Prints how even the load of a layer is while it is trained. */
public final class WatchLoad {
  private WatchLoad() {}

  /** Marks the end of training; from JDK 20 on {@code stream.stop()} needs no such event. */
  @Name("example.Trained")
  static final class Trained extends Event {}

  public static void main(String[] args) throws InterruptedException {
    CountDownLatch seenAll = new CountDownLatch(1);
    try (RecordingStream stream = new RecordingStream()) {
      stream.enable("moe4j.Route");
      stream.enable(Trained.class);
      stream.onEvent("moe4j.Route", WatchLoad::print);
      stream.onEvent("example.Trained", event -> seenAll.countDown());
      stream.startAsync();
      train(); // the stream has its own thread
      new Trained().commit();
      seenAll.await(); // events come in order
    }
  }

  private static void print(RecordedEvent event) {
    if (!event.getBoolean("backward")) {
      System.out.println(event.getString("layer")
          + " tokens " + event.getInt("tokens")
          + " experts hit " + event.getInt("expertsHit")
          + " most loaded over mean " + event.getDouble("mostLoadedOverMean"));
    }
  }

  private static void train() {
    Router router = GatedRouter.of(
        LinearGate.create(8, 16, DataType.FLOAT, Initializer.normal(0.1), 1), TopK.of(2));
    MoeLayer layer = MoeLayer.builder(router, GluExperts.create(ExpertOptions.of(8, 16, 32), 2))
        .name("watched")
        .build();
    Optimizer optimizer = Optimizer.of(layer.parameters(), new Adam(0.01));
    INDArray x = Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(3), 64, 16);
    x.addi(1); // a common component makes all tokens prefer the same experts
    for (int step = 0; step < 50; step++) {
      try (MoePass pass = layer.forward(TokenBatch.training(x))) {
        pass.addBalance(SwitchLoss.of(1).evaluate(pass.decision()).gradient());
        INDArray error = pass.y().add(x); // the target is -x
        optimizer.step(pass.backward(error.div(64)).parameters());
      }
    }
  }
}
