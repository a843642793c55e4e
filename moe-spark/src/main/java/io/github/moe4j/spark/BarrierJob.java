package io.github.moe4j.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;
import scala.Option;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/** A job of Spark's with one barrier stage, whose tasks are the ranks. */
final class BarrierJob {
  private static final int POLL_MILLIS = 20;
  private static final String INTERRUPT = "spark.job.interruptOnCancel";

  private final SparkContext context;
  private final AtomicReferenceArray<byte @Nullable []> received;
  private final @Nullable Outcome[] outcomes;
  private final SimpleFutureAction<BoxedUnit> action;

  private BarrierJob(SparkContext context, int ranks, RankTask task) {
    this.context = context;
    this.received = new AtomicReferenceArray<>(ranks);
    this.outcomes = new Outcome[ranks];
    List<Integer> numbers = IntStream.range(0, ranks).boxed().toList();
    RDD<byte[]> stage = new JavaSparkContext(context)
        .parallelize(numbers, ranks)
        .rdd()
        .barrier()
        .mapPartitions(task, false, ClassTag$.MODULE$.apply(byte[].class));
    this.action = context.submitJob(
        stage,
        new Only(),
        CollectionConverters.asScala(new ArrayList<Object>(numbers)).toSeq(),
        new Receiver(received),
        () -> BoxedUnit.UNIT);
  }

  /** Submits the job, with the mark of its watch. */
  static BarrierJob submit(SparkContext context, int ranks, RankTask task, StageWatch watch) {
    String before = context.getLocalProperty(INTERRUPT);
    context.setLocalProperty(INTERRUPT, "true"); // a rank may wait for others
    context.setLocalProperty(StageWatch.MARK, watch.mark());
    try {
      return new BarrierJob(context, ranks, task);
    } finally {
      context.setLocalProperty(INTERRUPT, before);
      context.setLocalProperty(StageWatch.MARK, null);
    }
  }

  boolean isOver() {
    return action.isCompleted() || context.isStopped();
  }

  /** How the ranks ended that have ended, by rank; null for the others. */
  @Nullable
  Outcome[] outcomes() {
    for (int r = 0; r < outcomes.length; r++) {
      byte[] bytes = received.get(r);
      if (outcomes[r] == null && bytes != null) {
        outcomes[r] = Outcome.read(r, bytes);
      }
    }
    return outcomes;
  }

  /** Why the job failed, once it is over; null if it did not. */
  @Nullable
  Throwable failure() {
    if (!action.isCompleted()) {
      return new IllegalStateException("the Spark context was stopped");
    }
    return action.value().get().isFailure() ? action.value().get().failed().get() : null;
  }

  /** Ends it. Spark does not cancel a job that waits for slots to begin, so this asks until it is over. */
  void cancel() throws InterruptedException {
    while (!isOver()) {
      action.cancel(Option.apply("moe4j ends its ranks"));
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** The only element of a partition. */
  private static final class Only extends AbstractFunction1<Iterator<byte[]>, byte[]>
      implements Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public byte[] apply(Iterator<byte[]> elements) {
      return elements.next();
    }
  }

  /** Keeps results until the thread that waits for them reads them, with the classes of the application. */
  private static final class Receiver extends AbstractFunction2<Object, byte[], BoxedUnit> {
    private final AtomicReferenceArray<byte @Nullable []> received;

    Receiver(AtomicReferenceArray<byte @Nullable []> received) {
      this.received = received;
    }

    @Override
    public BoxedUnit apply(Object rank, byte[] bytes) {
      received.set((Integer) rank, bytes);
      return BoxedUnit.UNIT;
    }
  }
}
