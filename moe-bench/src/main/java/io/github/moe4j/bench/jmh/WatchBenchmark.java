package io.github.moe4j.bench.jmh;

import io.github.moe4j.bench.roofline.LayerShape;
import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.core.MoeForward;
import io.github.moe4j.core.MoeInput;
import io.github.moe4j.core.MoeLayer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What watching costs: a forward pass of a float32 layer of SwiGLU experts unwatched, with a listener
 * that reads the load, and under a Flight Recorder recording of the layer's events.
 *
 * <pre>{@code
 * java -jar moe-bench/target/moe-bench.jar jmh WatchBenchmark -prof gc
 * }</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class WatchBenchmark {
  /** Called by JMH. */
  public WatchBenchmark() {}

  /** A layer that is watched one way. */
  @State(Scope.Benchmark)
  public static class Watched {
    /** A shape of the performance tables. */
    @Param({"small", "decode 1"})
    public String shape = "";

    /** Who watches: nobody, a listener, or a recording. */
    @Param({"off", "listener", "jfr"})
    public String watch = "";

    final LongAdder dropped = new LongAdder();
    MoeLayer layer;
    INDArray x;

    @Nullable
    Recording recording;

    /** Called by JMH. */
    public Watched() {}

    /** Builds the layer and starts the recording. */
    @Setup(Level.Trial)
    public void build() {
      LayerShape sizes = LayerShape.named(shape);
      MoeLayer.Builder builder =
          MoeLayer.builder(ShapedLayer.router(sizes), ShapedLayer.experts(sizes));
      if (watch.equals("listener")) {
        builder.listener(pass -> dropped.add(pass.load().dropped() + pass.plan().rows()));
      }
      layer = builder.build();
      x = ShapedLayer.tokens(sizes, new SplittableRandom(3));
      if (watch.equals("jfr")) {
        recording = new Recording();
        for (String stage : new String[] {"Route", "Dispatch", "Experts", "Combine"}) {
          recording.enable("moe4j." + stage).withoutThreshold();
        }
        recording.start();
      }
      check();
    }

    private void check() {
      try (MoeForward pass = layer.forward(MoeInput.of(x))) {
        boolean heard = dropped.sum() == pass.plan().rows();
        if (watch.equals("listener") != heard) {
          throw new IllegalStateException("listener heard of " + dropped.sum() + " rows");
        }
      }
      if ((recording != null)
          != (FlightRecorder.isInitialized()
              && !FlightRecorder.getFlightRecorder().getRecordings().isEmpty())) {
        throw new IllegalStateException("a recording runs, or does not, against " + watch);
      }
    }

    /** Stops the recording; an error if it saw nothing. */
    @TearDown(Level.Trial)
    public void stop() {
      if (recording != null) {
        recording.stop();
        if (recording.getSize() == 0) {
          throw new IllegalStateException("the recording is empty");
        }
        recording.close();
      }
    }
  }

  /** One forward pass. */
  @Benchmark
  public int forward(Watched of) {
    try (MoeForward pass = of.layer.forward(MoeInput.of(of.x))) {
      return pass.dropped();
    }
  }
}
