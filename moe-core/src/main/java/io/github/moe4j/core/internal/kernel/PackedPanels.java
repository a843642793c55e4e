package io.github.moe4j.core.internal.kernel;

import static io.github.moe4j.core.internal.kernel.Kernel.SEGMENT;
import static io.github.moe4j.core.internal.kernel.PanelLoader.even;

/**
 * A right factor of products as codes, in the panels of a {@link PackedKernel}. Immutable.
 *
 * @param kernel the innermost loops
 * @param codes one panel after another
 * @param scales one panel's after another's
 * @param terms rows of the factor
 * @param columns of the factor
 * @param <C> array of the codes
 */
public record PackedPanels<C>(
    PackedKernel<C> kernel, C codes, float[] scales, int terms, int columns) {

  /** The codes and scales of a factor. */
  public interface Source {
    /** Code of an element. */
    int code(int term, int column);

    /** Scale of an element, if the kernel has scales. */
    float scale(int term, int column);
  }

  /** Packs a factor. */
  public static <C> PackedPanels<C> of(
      PackedKernel<C> kernel, int terms, int columns, Source source) {
    int width = kernel.width();
    int panels = (columns + width - 1) / width;
    int length = kernel.length(even(terms));
    int ofPanel = kernel.scales(even(terms));
    Math.multiplyExact(panels, length);
    C codes = kernel.allocate(panels, even(terms));
    float[] scales = new float[panels * ofPanel];
    for (int column = 0; column < columns; column++) {
      int panel = column / width;
      for (int term = 0; term < terms; term++) {
        int code = source.code(term, column);
        kernel.set(codes, panel * length, term, column % width, code);
        if (ofPanel > 0) {
          int scale = panel * ofPanel + kernel.scale(term, column % width);
          scales[scale] = source.scale(term, column);
        }
      }
    }
    return new PackedPanels<>(kernel, codes, scales, terms, columns);
  }

  /**
   * {@code sum += left·these} for the columns of a panel. One row is multiplied with the codes; for more,
   * one segment at a time becomes float32 in the nearest cache.
   *
   * @param floats the kernel of float32
   * @param rows of the left factor
   * @param term the first of the left factor's terms, a multiple of a segment
   * @param sum element (r, c) at {@code sumAt + r·stride + c}. Modified.
   * @param scratch at least a segment of a panel, after the kernel's origin. Modified.
   */
  public void multiply(
      Kernel<float[]> floats,
      Segments<float[]> left,
      int rows,
      int term,
      int panel,
      float[] sum,
      int sumAt,
      int stride,
      float[] scratch) {
    for (int p = 0; p < left.terms(); p += SEGMENT) {
      int here = even(Math.min(SEGMENT, left.terms() - p));
      int codesAt = codesAt(panel, term + p);
      int scalesAt = scalesAt(panel, term + p);
      int leftAt = p * left.rows();
      if (rows == 1) {
        kernel.multiply(here, left.array(), leftAt, codes, codesAt, scales, scalesAt, sum, sumAt);
      } else {
        kernel.unpack(here, codes, codesAt, scales, scalesAt, scratch, floats.origin());
        floats.multiply(
            rows, here, left.array(), leftAt, scratch, floats.origin(), sum, sumAt, stride);
      }
    }
  }

  /**
   * A column as float32.
   *
   * @param target all terms. Modified.
   */
  public void column(int column, float[] target) {
    int width = kernel.width();
    float[] panel = new float[SEGMENT * width];
    for (int p = 0; p < terms; p += SEGMENT) {
      int here = Math.min(SEGMENT, terms - p);
      int number = column / width;
      kernel.unpack(even(here), codes, codesAt(number, p), scales, scalesAt(number, p), panel, 0);
      for (int i = 0; i < here; i++) {
        target[p + i] = panel[i * width + column % width];
      }
    }
  }

  private int codesAt(int panel, int term) {
    return panel * kernel.length(even(terms)) + kernel.length(term);
  }

  private int scalesAt(int panel, int term) {
    return panel * kernel.scales(even(terms)) + kernel.scale(term, 0);
  }
}
