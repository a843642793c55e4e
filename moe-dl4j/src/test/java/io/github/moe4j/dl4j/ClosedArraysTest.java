package io.github.moe4j.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;

/** Closed arrays that reach the layer of a network are refused by name. */
class ClosedArraysTest {
  private static final LayerWorkspaceMgr NONE = LayerWorkspaceMgr.noWorkspacesImmutable();

  private static MoeNetworkLayer layer(boolean sequences) {
    MultiLayerNetwork network = sequences
        ? Networks.sequences(DataType.FLOAT, new NoOp(), Networks.moe().build())
        : Networks.feedForward(DataType.FLOAT, new NoOp(), Networks.moe().build());
    network.initGradientsView();
    return (MoeNetworkLayer) network.getLayer(sequences ? 0 : 1);
  }

  private static INDArray tokens(boolean sequences) {
    return sequences
        ? Networks.random(DataType.FLOAT, 1, 2, Networks.WIDTH, 3)
        : Networks.random(DataType.FLOAT, 1, 2, Networks.WIDTH);
  }

  private static void refused(String name, Executable action) {
    String message = assertThrows(IllegalArgumentException.class, action).getMessage();
    assertTrue(message.contains(name) && message.contains("closed"), message);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void activate_closedInput_isRefused(boolean sequences) {
    MoeNetworkLayer layer = layer(sequences);
    INDArray x = tokens(sequences);
    layer.setInput(x, NONE);
    x.close();
    refused("x", () -> layer.activate(true, NONE));
    refused("x", () -> layer.activate(false, NONE));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void backpropGradient_closedEpsilonOrInput_isRefusedAndGradientsStayZero(boolean sequences) {
    MoeNetworkLayer layer = layer(sequences);
    INDArray x = tokens(sequences);
    INDArray epsilon = tokens(sequences);
    epsilon.close();
    layer.setInput(x, NONE);
    layer.activate(true, NONE);
    refused("dy", () -> layer.backpropGradient(epsilon, NONE));
    assertEquals(0, layer.getGradientsViewArray().norm2Number().doubleValue());
    layer.activate(true, NONE);
    x.close();
    refused("x", () -> layer.backpropGradient(tokens(sequences), NONE));
    assertEquals(0, layer.getGradientsViewArray().norm2Number().doubleValue());
  }

  @Test
  void activate_closedParameters_areRefused() {
    MultiLayerNetwork network =
        Networks.feedForward(DataType.FLOAT, new NoOp(), Networks.moe().build());
    MoeNetworkLayer layer = (MoeNetworkLayer) network.getLayer(1);
    layer.setInput(tokens(false), NONE);
    network.params().close();
    refused("parameter", () -> layer.activate(true, NONE));
  }
}
