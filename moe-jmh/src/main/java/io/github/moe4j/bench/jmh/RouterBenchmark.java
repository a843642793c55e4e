package io.github.moe4j.bench.jmh;

import io.github.moe4j.cli.MemoryNeed;
import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
import io.github.moe4j.core.internal.Require;
import io.github.moe4j.lab.routers.ExampleRouter;
import io.github.moe4j.lab.routers.RouterSize;
import io.github.moe4j.routing.catalogue.RouterCatalogue;
import io.github.moe4j.routing.catalogue.RouterConfig;
import io.github.moe4j.routing.catalogue.RouterProvider;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time of each router in training, float32: forward, and forward with backward. A call routes
 * {@code tokens} tokens; {@code bench-report} and {@code routers --times} show times per token.
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector -jar moe-bench/target/moe-bench.jar jmh RouterBenchmark -rf json -rff routers.json
 * java -jar moe-bench/target/moe-bench.jar routers --times routers.json
 * java -jar moe-bench/target/moe-bench.jar bench-report routers.json
 * }</pre>
 *
 * <p>The first command measures every router of the catalogue, user-defined ones too, or those
 * of {@code -p router=}, each with the values of k that it supports. The second prints the result as a table
 * with the ratio to top-k, the third makes a page with charts.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 8, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class RouterBenchmark {
  /** A name listed by {@code moe4j routers}; {@code jmh} measures all by default. */
  @Param("top-k")
  public String router = "";

  /** T, of one call. */
  @Param("2048")
  public int tokens;

  /** D; so small that the gate's matrix product is negligible. */
  @Param("16")
  public int width;

  /** E. */
  @Param({"8", "64"})
  public int experts;

  /**
   * Choices per token. For a router without this parameter it is its actual number, or {@code own} if
   * that depends on the token.
   */
  @Param("2")
  public String k = "";

  private final Arena arena = new Arena();
  private Router built;
  private INDArray x;
  private INDArray dx;
  private int[] ids;
  private Gradients gradients;
  private RoutingGradient upstream;

  /** Called by JMH. */
  public RouterBenchmark() {}

  /** Builds the router and its input, and checks that it decides on something. */
  @Setup(Level.Trial)
  public void build() {
    RouterProvider provider = RouterCatalogue.load().get(router);
    Require.positive("tokens", tokens);
    // Tokens with their gradient, and the gate's weights.
    MemoryNeed.require(
        "%d tokens of width %d and %d experts".formatted(tokens, width, experts),
        Float.BYTES * (2.0 * tokens * width + (double) experts * width));
    RouterSize size = RouterSize.of(provider, experts, k);
    RouterConfig config = RouterConfig.of(experts, width, size.k().orElse(1));
    built = ExampleRouter.create(provider, config, DataType.FLOAT);
    x = Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(3), tokens, width);
    dx = Nd4j.create(DataType.FLOAT, tokens, width);
    ids = IntStream.range(0, tokens).map(t -> t % ExampleRouter.VOCABULARY).toArray();
    gradients = built.parameters().zeroGradients();
    int assignments = route();
    if (assignments == 0) {
      throw new IllegalStateException(router + " assigned nothing");
    }
    double[] dWeights = new double[assignments];
    Arrays.fill(dWeights, 0.1);
    upstream = RoutingGradient.ofWeights(dWeights);
  }

  /** The same noise in every call, so that the gradient fits the decision. */
  private RouterPass decide(Arena.Scope scope) {
    TokenBatch input = TokenBatch.training(x, new SplittableRandom(5)).withTokenIds(ids);
    return built.route(input, scope);
  }

  /** Forward pass. */
  @Benchmark
  public int route() {
    try (Arena.Scope scope = arena.open()) {
      return decide(scope).decision().assignments().size();
    }
  }

  /** Forward pass, and backward pass with a gradient of the weights. */
  @Benchmark
  public int routeAndBack() {
    try (Arena.Scope scope = arena.open()) {
      RouterPass routing = decide(scope);
      routing.backward(upstream, dx, gradients);
      return routing.decision().assignments().size();
    }
  }
}
