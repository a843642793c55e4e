package io.github.moe4j.fuzz.files;

import io.github.moe4j.bench.inspect.InspectCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What {@code inspect} reads of a folder and prints.
 *
 * @param model a right folder
 * @param options of the command
 */
record InspectKind(ModelKind model, List<String> options) implements FileKind {
  /** Of any folder. */
  private static final List<List<String>> OVERVIEWS = List.of(List.of(), List.of("--json"));

  /** Of a folder whose first layer is sparse. */
  private static final List<List<String>> LAYERS = List.of(
      List.of("--layer", "0", "--run", "--tokens", "3"),
      List.of("--layer", "0", "--run", "--tokens", "3", "--packed"),
      List.of("--layer", "0", "--run", "--tokens", "3", "--mapped", "--json"));

  /**
   * Folders with options.
   *
   * @param model whose first layer is sparse
   * @param layouts others
   */
  static List<InspectKind> create(ModelKind model, List<ModelKind> layouts) {
    List<InspectKind> kinds = new ArrayList<>();
    for (ModelKind layout : layouts) {
      kinds.add(new InspectKind(layout, OVERVIEWS.get(kinds.size() % OVERVIEWS.size())));
    }
    for (int i = 0; i < layouts.size(); i++) { // equally likely
      kinds.add(new InspectKind(model, LAYERS.get(i % LAYERS.size())));
    }
    return kinds;
  }

  @Override
  public String name() {
    return "inspect";
  }

  @Override
  public Map<String, byte[]> right() {
    return model.right();
  }

  @Override
  public long fixedBytes() {
    return model.fixedBytes();
  }

  @Override
  public void read(Path folder) throws Exception {
    List<Object> arguments = new ArrayList<>(options);
    arguments.add(folder);
    Commands.run(new InspectCommand(), arguments.toArray());
  }

  @Override
  public boolean refuses(Exception e) {
    return e instanceof Commands.Refusal;
  }
}
