package io.github.moe4j.dl4j;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks around a MoE layer, and data for them. */
final class Networks {
  static final int WIDTH = 6;
  static final int CLASSES = 3;

  private Networks() {}

  static MoeDl4jLayer.Builder moe() {
    return new MoeDl4jLayer.Builder().experts(4).hidden(5);
  }

  static NeuralNetConfiguration.Builder settings(DataType type, IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(12)
        .dataType(type)
        .updater(updater)
        .weightInit(WeightInit.XAVIER);
  }

  /** Dense, MoE, softmax. */
  static MultiLayerNetwork feedForward(DataType type, IUpdater updater, MoeDl4jLayer moe) {
    MultiLayerNetwork network = new MultiLayerNetwork(settings(type, updater)
        .list()
        .layer(new DenseLayer.Builder().nOut(WIDTH).activation(Activation.TANH).build())
        .layer(moe)
        .layer(new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(CLASSES)
            .activation(Activation.SOFTMAX)
            .build())
        .setInputType(InputType.feedForward(5))
        .build());
    network.init();
    return network;
  }

  /** MoE on sequences, softmax at each step. */
  static MultiLayerNetwork sequences(DataType type, IUpdater updater, MoeDl4jLayer moe) {
    MultiLayerNetwork network = new MultiLayerNetwork(settings(type, updater)
        .list()
        .layer(moe)
        .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT)
            .nOut(CLASSES)
            .activation(Activation.SOFTMAX)
            .build())
        .setInputType(InputType.recurrent(WIDTH))
        .build());
    network.init();
    return network;
  }

  static MultiLayerNetwork checked(MoeDl4jLayer moe) {
    return feedForward(DataType.DOUBLE, new NoOp(), moe);
  }

  static DataSet data(DataType type, int examples, long seed) {
    INDArray x = random(type, seed, examples, 5);
    INDArray y = Nd4j.zeros(type, examples, CLASSES);
    for (int n = 0; n < examples; n++) {
      y.putScalar(n, x.getDouble(n, 0) > 0 ? 0 : x.getDouble(n, 1) > 0 ? 1 : 2, 1);
    }
    return new DataSet(x, y);
  }

  /** [N,D,T], its labels, and a mask that hides some of the last steps. */
  static DataSet sequenceData(DataType type, int examples, int length, long seed) {
    INDArray x = random(type, seed, examples, WIDTH, length);
    INDArray y = Nd4j.zeros(type, examples, CLASSES, length);
    INDArray mask = Nd4j.ones(type, examples, length);
    for (int n = 0; n < examples; n++) {
      for (int t = 0; t < length; t++) {
        y.putScalar(new int[] {n, x.getDouble(n, 0, t) > 0 ? 0 : 1 + n % 2, t}, 1);
      }
      for (int t = length - n % length; t < length; t++) {
        mask.putScalar(n, t, 0);
      }
    }
    return new DataSet(x, y, mask, mask.dup());
  }

  static INDArray random(DataType type, long seed, long... shape) {
    INDArray array = Nd4j.create(type, shape);
    java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, 2 * random.nextDouble() - 1);
    }
    return array;
  }
}
