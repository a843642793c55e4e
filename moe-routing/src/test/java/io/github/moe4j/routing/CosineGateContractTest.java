package io.github.moe4j.routing;

import io.github.moe4j.core.Router;
import io.github.moe4j.testkit.RandomArrays;
import io.github.moe4j.testkit.RouterContract;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The projector leaves tokens as they are, so that the columns of the similarity are the weight. */
class CosineGateContractTest extends RouterContract {
  @Override
  protected Router router(INDArray weight, int choices) {
    DataType type = weight.dataType();
    INDArray projector = Nd4j.eye(weight.size(1)).castTo(type);
    INDArray bias = Nd4j.zeros(type, weight.size(1));
    INDArray temperature = RandomArrays.of(type, new double[] {0.5}, 1);
    CosineGate gate = CosineGate.of(projector, bias, weight.transpose().dup('c'), temperature);
    return GatedRouter.of(gate, TopK.unnormalized(choices));
  }
}
