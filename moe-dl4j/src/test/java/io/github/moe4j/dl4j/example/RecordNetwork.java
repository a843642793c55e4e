package io.github.moe4j.dl4j.example;

import io.github.moe4j.dl4j.MoeDl4jLayer;
import io.github.moe4j.dl4j.MoeNetworkLayer;
import io.github.moe4j.lab.LabRecorder;
import io.github.moe4j.lab.RecordedRun;
import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.dataset.DataSet;

/** Writes the lab's report of a network's training. */
public final class RecordNetwork {
  private RecordNetwork() {}

  /** Trains for some epochs; the report goes to a folder. */
  public static void record(Path folder, int epochs) throws IOException {
    LabRecorder recorder = LabRecorder.builder("Language of a name")
        .description("A network tells ten languages apart by the trigrams of a name.")
        .loss("score")
        .labels("language", Words.LANGUAGES)
        .configuration("epochs", epochs)
        .build();
    MultiLayerNetwork network = LanguageClassifier.network(new MoeDl4jLayer.Builder()
        .name("mix")
        .experts(8)
        .hidden(16)
        .router("top-k", 2)
        .switchLoss(0.01)
        .residual(true)
        .build());
    RecordedRun run = recorder.run("top-k", 1);
    network.setListeners(new Recording(run));
    DataSet test = Words.test();
    for (int epoch = 0; epoch < epochs; epoch++) {
      network.fit(new ExistingDataSetIterator(Words.training().batchBy(64)), 1);
      run.evaluated(network.getIterationCount(), network.score(test));
    }
    run.heldOut(MoeNetworkLayer.passes(network), test.getLabels().argMax(1).toIntVector());
    recorder.write(folder, false);
  }

  /** Hands each iteration to a run. */
  private static final class Recording extends BaseTrainingListener {
    private final RecordedRun run;

    Recording(RecordedRun run) {
      this.run = run;
    }

    @Override
    public void iterationDone(Model network, int iteration, int epoch) {
      run.trained(iteration, network.score(), MoeNetworkLayer.passes(network));
    }
  }
}
