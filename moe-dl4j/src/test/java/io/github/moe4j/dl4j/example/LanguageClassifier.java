package io.github.moe4j.dl4j.example;

import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.dl4j.MoeDl4jLayer;
import io.github.moe4j.dl4j.MoeLoadListener;
import java.util.Arrays;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Classifies ten languages by the trigrams of a name. */
public final class LanguageClassifier {
  private LanguageClassifier() {}

  /** Trains with eight experts, two a word, and prints accuracy and load. */
  public static void main(String[] args) {
    MultiLayerNetwork network = network(new MoeDl4jLayer.Builder()
        .name("mix")
        .experts(8) // E
        .hidden(16) // H: SwiGLU, 32 → 16 → 32
        .router("top-k", 2)
        .switchLoss(0.01) // part of the network's score
        .residual(true)
        .build());
    MoeLoadListener listener = new MoeLoadListener();
    network.setListeners(listener);
    System.out.println("accuracy " + accuracy(network));
    LoadStatistics load = listener.total().get("mix");
    System.out.println("words per expert " + Arrays.toString(load.assigned()));
  }

  static MultiLayerNetwork network(MoeDl4jLayer moe) {
    MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
        .seed(1)
        .updater(new Adam(3e-3))
        .list()
        .layer(new DenseLayer.Builder().nOut(32).activation(Activation.TANH).build())
        .layer(moe) // nIn = nOut = 32, from the layer before
        .layer(new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(Words.LANGUAGES.size())
            .activation(Activation.SOFTMAX)
            .build())
        .setInputType(InputType.feedForward(Words.BUCKETS))
        .build());
    network.init();
    return network;
  }

  static double accuracy(MultiLayerNetwork network) {
    network.fit(new ExistingDataSetIterator(Words.training().batchBy(64)), 6);
    DataSet test = Words.test();
    Evaluation evaluation = new Evaluation(Words.LANGUAGES.size());
    evaluation.eval(test.getLabels(), network.output(test.getFeatures()));
    return evaluation.accuracy();
  }
}
