package io.github.moe4j.bench.jmh;

import io.github.moe4j.bench.roofline.ShapedLayer;
import io.github.moe4j.core.Assignments;
import io.github.moe4j.core.Gradients;
import io.github.moe4j.core.MoeLayer;
import io.github.moe4j.core.MoePass;
import io.github.moe4j.core.experts.GluExperts;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A float32 layer of SwiGLU experts of a shape, whose load is given. */
@State(Scope.Benchmark)
public abstract class BenchedLayer extends BenchedShape {
  /** Distribution of the rows over the experts: uniform, or half of them on expert 0. */
  @Param({"uniform", "skewed"})
  public String load = "";

  Assignments given;
  GluExperts experts;
  MoeLayer layer;
  Gradients gradients;

  /** For the states of benchmarks. */
  BenchedLayer() {}

  /** Builds all, and checks that all rows reach the given experts and come back finite. */
  void buildLayer() {
    buildRouter();
    given = GivenLoad.of(load, sizes);
    experts = ShapedLayer.experts(sizes);
    layer = MoeLayer.of(new FixedLoadRouter(router, given), experts);
    gradients = layer.parameters().zeroGradients();
    try (MoePass pass = layer.forward(input())) {
      requireFinite("y", pass.y());
      if (!Arrays.equals(
          pass.load().kept(),
          Arrays.stream(given.countPerExpert()).asLongStream().toArray())) {
        throw new IllegalStateException("the load must be the given one but was "
            + Arrays.toString(pass.load().kept()));
      }
    }
  }
}
