package io.github.moe4j.routing;

import io.github.moe4j.core.Router;
import io.github.moe4j.core.lora.LoraOptions;
import io.github.moe4j.core.lora.LoraPair;
import io.github.moe4j.testkit.RouterContract;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A gate with a new adapter decides as the gate does. */
class LoraGateContractTest extends RouterContract {
  @Override
  protected Router router(INDArray weight, int choices) {
    LoraPair pair = LoraPair.create(
        LoraOptions.of(2, 3),
        weight.dataType(),
        new SplittableRandom(1),
        (int) weight.size(0),
        (int) weight.size(1));
    return GatedRouter.of(LoraGate.over(LinearGate.of(weight), pair, 0), TopK.of(choices));
  }

  @Override
  protected OptionalDouble weightSum() {
    return OptionalDouble.of(1);
  }
}
