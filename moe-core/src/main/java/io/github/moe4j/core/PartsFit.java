package io.github.moe4j.core;

import io.github.moe4j.core.internal.Require;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/** Whether the parts of a layer have one number of experts, one width and types that go together. */
final class PartsFit {
  private PartsFit() {}

  static void require(Router router, Experts experts, @Nullable FeedForward shared) {
    Require.that(
        router.experts() == experts.experts(),
        "router and experts differ in number of experts: %d != %d",
        router.experts(),
        experts.experts());
    Require.that(
        router.modelWidth() == experts.modelWidth(),
        "router and experts differ in model width: %d != %d",
        router.modelWidth(),
        experts.modelWidth());
    // x has the type of the experts, which a router with narrower parameters cannot take.
    router
        .parameters()
        .forEach((name, array) -> Require.that(
            experts.dataType() != DataType.DOUBLE || array.dataType() == DataType.DOUBLE,
            "router and experts differ in type: %s of the router is %s and the experts are %s",
            name,
            array.dataType(),
            experts.dataType()));
    if (shared != null) {
      Require.that(
          shared.modelWidth() == experts.modelWidth(),
          "shared expert and experts differ in model width: %d != %d",
          shared.modelWidth(),
          experts.modelWidth());
      Require.that(
          shared.dataType() == experts.dataType(),
          "shared expert and experts differ in type: %s != %s",
          shared.dataType(),
          experts.dataType());
    }
  }
}
