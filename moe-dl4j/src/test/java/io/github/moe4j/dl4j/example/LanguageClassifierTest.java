package io.github.moe4j.dl4j.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.core.LoadStatistics;
import io.github.moe4j.dl4j.MoeDl4jLayer;
import io.github.moe4j.dl4j.MoeLoadListener;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;

class LanguageClassifierTest {
  private static final Path HERE = Path.of("").toAbsolutePath();

  @Test
  void classifier_learnsAsWellAsADenseLayerOfItsActiveSize() {
    MoeLoadListener listener = new MoeLoadListener();
    MultiLayerNetwork sparse = LanguageClassifier.network(new MoeDl4jLayer.Builder()
        .name("mix")
        .experts(8)
        .hidden(16)
        .router("top-k", 2)
        .switchLoss(0.01)
        .residual(true)
        .build());
    sparse.setListeners(listener);
    // One expert that every word sees, as wide as two of the eight.
    MultiLayerNetwork dense = LanguageClassifier.network(new MoeDl4jLayer.Builder()
        .experts(1)
        .hidden(32)
        .router("switch", 1)
        .residual(true)
        .build());
    double ofSparse = LanguageClassifier.accuracy(sparse);
    double ofDense = LanguageClassifier.accuracy(dense);
    // Of ten languages with about as many names each, the largest has far less than a fifth.
    assertTrue(ofSparse > 0.4, "accuracy " + ofSparse + ", dense " + ofDense);
    assertTrue(ofSparse > ofDense - 0.05, "accuracy " + ofSparse + ", dense " + ofDense);
    LoadStatistics load = listener.total().get("mix");
    assertTrue(load.expertsWithoutTokens() == 0, "experts without tokens");
    System.out.printf("accuracy %.3f, dense %.3f%n", ofSparse, ofDense);
  }

  @Test
  void page_showsTheProgramAsItIs() throws Exception {
    String page = Files.readString(HERE.resolveSibling("docs").resolve("dl4j.md"));
    String source = Files.readString(
        HERE.resolve("src/test/java/io/github/moe4j/dl4j/example/LanguageClassifier.java"));
    assertTrue(page.contains("```\n" + source), "docs/dl4j.md must show LanguageClassifier.java");
  }
}
