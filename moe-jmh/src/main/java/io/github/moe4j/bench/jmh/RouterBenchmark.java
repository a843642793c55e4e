package io.github.moe4j.bench.jmh;

import io.github.moe4j.core.Arena;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.Initializer;
import io.github.moe4j.core.Router;
import io.github.moe4j.core.RouterPass;
import io.github.moe4j.core.RoutingGradient;
import io.github.moe4j.core.TokenBatch;
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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time per token of each router in training, float32, T = 2048: deciding, and deciding with the way
 * back. D is 16, so that the gate's matrix product hardly counts.
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector -jar moe-bench/target/moe-bench.jar jmh RouterBenchmark -rf json -rff routers.json
 * java -jar moe-bench/target/moe-bench.jar routers --times routers.json
 * java -jar moe-bench/target/moe-bench.jar bench-report routers.json
 * }</pre>
 *
 * <p>The first measures every router of the catalogue, a user's own too, or those of {@code -p
 * router=}, each with the sizes that it can have. The second command turns the result into a table with the ratio to top-k, the third into a page
 * with charts.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(RouterBenchmark.TOKENS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RouterBenchmark {
  /** T. */
  static final int TOKENS = 2048;

  private static final int WIDTH = 16;

  /** A name that {@code moe-bench routers} lists; {@code jmh} measures all unless told. */
  @Param("top-k")
  public String router = "";

  /** Experts and choices, ExK; E alone for routers with a number of choices of their own. */
  @Param({"8", "8x1", "8x2", "8x8", "64", "64x1", "64x2", "64x8", "256", "256x1", "256x2", "256x8"})
  public String size = "";

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
    RouterSize sizes = RouterSize.parse(size);
    sizes.requireFits(provider);
    RouterConfig config = RouterConfig.of(sizes.experts(), WIDTH, sizes.k().orElse(1));
    built = ExampleRouter.create(provider, config, DataType.FLOAT);
    x = Initializer.normal(1).create(DataType.FLOAT, new SplittableRandom(3), TOKENS, WIDTH);
    dx = Nd4j.create(DataType.FLOAT, TOKENS, WIDTH);
    ids = IntStream.range(0, TOKENS).map(t -> t % ExampleRouter.VOCABULARY).toArray();
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

  /** Decides. */
  @Benchmark
  public int route() {
    try (Arena.Scope scope = arena.open()) {
      return decide(scope).decision().assignments().size();
    }
  }

  /** Decides and pulls a gradient of the weights back. */
  @Benchmark
  public int routeAndBack() {
    try (Arena.Scope scope = arena.open()) {
      RouterPass routing = decide(scope);
      routing.backward(upstream, dx, gradients);
      return routing.decision().assignments().size();
    }
  }
}
