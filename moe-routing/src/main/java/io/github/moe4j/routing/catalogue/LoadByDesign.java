package io.github.moe4j.routing.catalogue;

/** Whether the loads of the experts are even by the way a router chooses, without a loss or controller. */
public enum LoadByDesign {
  /** Not even. */
  UNEVEN("no"),
  /** Nearly even in training. */
  NEARLY_EVEN_IN_TRAINING("nearly, in training"),
  /** Even in training. */
  EVEN_IN_TRAINING("in training"),
  /** Even on the frequencies that a fixed table was made for. */
  EVEN_BY_TABLE("by its table, on its frequencies"),
  /** Always even. */
  EVEN("yes");

  private final String text;

  LoadByDesign(String text) {
    this.text = text;
  }

  /** As a table shows it. */
  @Override
  public String toString() {
    return text;
  }
}
