package io.github.moe4j.models.preset;

import io.github.moe4j.core.MoeLayer;
import java.util.List;

/**
 * A published architecture.
 *
 * @param name as in {@link #named}
 * @param title the authors' name
 * @param architecture all sizes
 * @param routed router, capacity and balance
 * @param published numbers of parameters stated by its sources; empty if sizes were changed
 */
public record Preset(
    String name,
    String title,
    Architecture architecture,
    Routed routed,
    List<Published> published) {
  /** Keeps a copy. */
  public Preset {
    published = List.copyOf(published);
  }

  /**
   * The preset of a name, such as {@code mixtral-8x7b}.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public static Preset named(String name) {
    return Presets.all().stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no preset " + name + " among "
            + String.join(", ", Presets.all().stream().map(Preset::name).toList())));
  }

  /** All parameters by part. */
  public ParameterCounts total() {
    return Accounting.total(architecture);
  }

  /** The active parameters of one token, by part. */
  public ParameterCounts active() {
    return Accounting.active(architecture);
  }

  /** Operations of a forward pass for one token; a context of 0 excludes attention scores. */
  public Operations operations(int context) {
    return Operations.of(architecture, context);
  }

  /** The same with all widths in the ratio of the model width to the published one. */
  public Preset atWidth(int modelWidth) {
    return new Preset(name, title, architecture.atWidth(modelWidth), routed, List.of());
  }

  /**
   * The same with fewer or more experts, at least k and compatible with the router's groups.
   *
   * @throws IllegalArgumentException if there are fewer than k
   */
  public Preset withExperts(int experts) {
    return new Preset(name, title, architecture.withExperts(experts), routed, List.of());
  }

  /**
   * One layer with experts, in float32 with weights drawn from a seed. At the published width many
   * need gigabytes: see {@link #atWidth} and {@link #withExperts}.
   */
  public MoeLayer layer(long seed) {
    return PresetLayer.create(this, seed);
  }

  /** One layer with experts at another width, all widths in their ratios. */
  public MoeLayer layer(int modelWidth, long seed) {
    return atWidth(modelWidth).layer(seed);
  }
}
