package example;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.moe4j.dl4j.ExpertSpec;
import io.github.moe4j.dl4j.MoeDl4jLayer;
import io.github.moe4j.dl4j.RouterSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What this project brings takes part wherever the library lists what there is, by class path alone. */
class OwnPartsTest {
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  /** Runs the published command line in a JVM of its own, with the class path of this project. */
  private static String moe(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx1g");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.github.moe4j.bench.Main");
    command.addAll(List.of(arguments));
    Path printed = Files.createTempFile(TARGET, "printed", ".txt");
    Process process = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(printed.toFile())
        .start();
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), () -> command + " takes too long");
    String text = Files.readString(printed, StandardCharsets.UTF_8);
    assertEquals(0, process.exitValue(), text);
    return text;
  }

  private static void requireLine(String text, String beginning) {
    assertTrue(text.lines().anyMatch(line -> line.startsWith(beginning)), text);
  }

  @Test
  void list_ofTheLab_hasRouterExpertsLossAndController() throws Exception {
    String list = moe("lab", "--list");
    requireLine(list, "  threshold ");
    requireLine(list, "  scaled ");
    requireLine(list, "  even-mean ");
    requireLine(list, "  average-load ");
    requireLine(moe("routers"), "threshold ");
  }

  @Test
  void lab_trainsThem_andReportsThem() throws Exception {
    Path out = TARGET.resolve("lab");
    String printed = moe(
        "lab",
        "--routers",
        "threshold",
        "--balance",
        "even-mean",
        "--experts",
        "4,scaled",
        "--steps",
        "3",
        "--batch",
        "2",
        "--sequence",
        "16",
        "--width",
        "16",
        "--hidden",
        "32",
        "--force",
        "--out",
        out.toString());
    String model = "threshold/even-mean/scaled";
    assertTrue(printed.contains(model), printed);
    for (String file : List.of("report.html", "result.json")) {
      String text = Files.readString(out.resolve(file));
      assertTrue(text.contains(model), file);
      assertTrue(text.contains("experts with p ≥ a threshold"), file);
      assertTrue(text.contains("scale ⊙ x"), file);
    }
  }

  @Test
  void benchmark_measuresTheRouter_besideTopK() throws Exception {
    Path results = TARGET.resolve("routers.json");
    moe(
        "jmh",
        "RouterBenchmark.route$",
        "-p",
        "router=top-k,threshold",
        "-p",
        "experts=8",
        "-p",
        "k=2",
        "-f",
        "1",
        "-wi",
        "1",
        "-w",
        "100ms",
        "-i",
        "1",
        "-r",
        "100ms",
        "-rf",
        "json",
        "-rff",
        results.toString());
    String table = moe("routers", "--times", results.toString());
    assertTrue(
        table.lines().anyMatch(line -> line.matches("\\| threshold \\|.* \\d+ \\|.*")), table);
    assertTrue(table.lines().anyMatch(line -> line.matches("\\| top-k \\|.* \\d+ \\(1\\.0\\) \\|.*")));
    Path page = TARGET.resolve("routers.html");
    moe("bench-report", results.toString(), "--out", page.toString(), "--force");
    assertTrue(Files.readString(page).contains("threshold"));
  }

  @Test
  void network_ofDeeplearning4j_hasThem() {
    MultiLayerConfiguration conf = new NeuralNetConfiguration.Builder()
        .seed(1)
        .updater(new Adam(1e-2))
        .list()
        .layer(new DenseLayer.Builder().nOut(6).activation(Activation.TANH).build())
        .layer(new MoeDl4jLayer.Builder()
            .experts(4)
            .router(RouterSpec.of("threshold", 1).with("least", 0.15))
            .expert(ExpertSpec.of("scaled", 1))
            .residual(true)
            .build())
        .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(2).activation(Activation.SOFTMAX).build())
        .setInputType(InputType.feedForward(5))
        .build();
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    INDArray x = Nd4j.rand(DataType.FLOAT, 12, 5);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, 12, 2);
    for (int n = 0; n < 12; n++) {
      labels.putScalar(n, x.getDouble(n, 0) > 0.5 ? 0 : 1, 1);
    }
    double[] before = network.getParam("1_experts.scale").dup().data().asDouble();
    network.fit(new DataSet(x, labels));
    double[] after = network.getParam("1_experts.scale").dup().data().asDouble();
    assertFalse(java.util.Arrays.equals(before, after));
    MultiLayerNetwork same = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(conf.toJson()));
    same.init();
    same.setParams(network.params());
    assertArrayEquals(
        network.output(x).dup().data().asDouble(), same.output(x).dup().data().asDouble());
  }
}
