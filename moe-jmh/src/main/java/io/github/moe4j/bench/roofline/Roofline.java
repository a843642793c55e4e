package io.github.moe4j.bench.roofline;

import io.github.moe4j.bench.machine.Machine;
import io.github.moe4j.bench.machine.MachineText;
import io.github.moe4j.cli.Watch;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What was measured so far: the machine first, then the passes of layers. */
final class Roofline {
  private final int runs;
  private final Watch watch;
  private final PrintWriter out;
  private final List<LayerTime> layers = new ArrayList<>();
  private @Nullable Machine machine;

  Roofline(int runs, Watch watch, PrintWriter out) {
    this.runs = runs;
    this.watch = watch;
    this.out = out;
  }

  /** Measures all, and prints the machine's peak as soon as it is known. */
  void measure(List<LayerShape> shapes) {
    watch.progress().at("machine");
    Machine measured = Machine.measure(watch);
    machine = measured;
    watch.progress().above(() -> {
      out.println(MachineText.of(measured) + "\n");
      out.flush();
    });
    for (LayerShape shape : shapes) {
      for (LayerPass pass : LayerPass.values()) {
        watch.progress().at(shape.name() + ", " + pass.text());
        layers.add(LayerTime.measure(shape, pass, runs, watch));
      }
    }
  }

  /** How many passes of layers were measured; none before the machine was. */
  int layers() {
    return layers.size();
  }

  /** Prints the table of layers. */
  void print() {
    out.println(RooflineTable.of(machine(), layers));
  }

  /** For the page. */
  String tables() {
    return MachineText.of(machine()) + "\n\n" + RooflineTable.of(machine(), layers);
  }

  /** For the JSON file. */
  Map<String, Object> figures() {
    Machine measured = machine();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("machine", measured);
    all.put("ideal", measured.boundSystem());
    all.put("layers", layers.stream().map(layer -> layer.figures(measured)).toList());
    return all;
  }

  private Machine machine() {
    return Objects.requireNonNull(machine, "machine");
  }
}
