package io.github.moe4j.routing.catalogue;

/** Whether the loads of the experts are balanced by the routing method, without a loss or controller. */
public enum LoadByDesign {
  /** Not balanced. */
  UNEVEN("no"),
  /** Nearly balanced in training. */
  NEARLY_EVEN_IN_TRAINING("nearly, in training"),
  /** Balanced in training. */
  EVEN_IN_TRAINING("in training"),
  /** Balanced on the frequencies that a fixed table was made for. */
  EVEN_BY_TABLE("by its table, on its frequencies"),
  /** Always balanced. */
  EVEN("yes");

  private final String text;

  LoadByDesign(String text) {
    this.text = text;
  }

  /** Its text in tables. */
  @Override
  public String toString() {
    return text;
  }
}
