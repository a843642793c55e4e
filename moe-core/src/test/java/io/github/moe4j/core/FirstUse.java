package io.github.moe4j.core;

import io.github.moe4j.core.experts.ExpertOptions;
import io.github.moe4j.core.experts.GluExperts;
import io.github.moe4j.core.experts.quantized.QuantizedExperts;
import io.github.moe4j.core.experts.quantized.WeightFormat;
import io.github.moe4j.core.internal.Parallel;
import io.github.moe4j.core.internal.SingleThreadedBlas;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.nd4j.linalg.api.buffer.DataType;

/** Threads that use different classes of the library for the first time, at the same time. */
final class FirstUse {
  private static final ExpertOptions OPTIONS = ExpertOptions.of(2, 8, 8);

  private FirstUse() {}

  static void run() throws Exception {
    List<Runnable> uses = List.of(
        () -> new Arena().open().take(DataType.FLOAT, 8),
        () -> SingleThreadedBlas.lease().close(),
        () -> Threads.of(2).run(() -> Parallel.tasks(2, (worker, task) -> {})),
        () -> ThreadsTest.pass(ThreadsTest.layer("ffn", null), 3, true),
        () -> QuantizedExperts.of(GluExperts.create(OPTIONS, 1), WeightFormat.INT8));
    CountDownLatch begin = new CountDownLatch(uses.size());
    List<FutureTask<?>> all = new ArrayList<>();
    for (Runnable use : uses) {
      FutureTask<?> task = new FutureTask<>(() -> {
        begin.countDown();
        begin.await();
        use.run();
        return null;
      });
      Thread thread = new Thread(task);
      thread.setDaemon(true);
      thread.start();
      all.add(task);
    }
    for (FutureTask<?> task : all) {
      task.get();
    }
  }
}
