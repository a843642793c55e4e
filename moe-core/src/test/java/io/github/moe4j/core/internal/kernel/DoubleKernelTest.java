package io.github.moe4j.core.internal.kernel;

import io.github.moe4j.core.internal.vector.DoubleVectorKernel;

class DoubleKernelTest extends KernelContract<double[]> {
  @Override
  Kernel<double[]> kernel(int most) {
    return new DoubleVectorKernel(most);
  }

  @Override
  Kernel<double[]> kernel() {
    return new DoubleVectorKernel();
  }

  @Override
  double[] array(double[] values) {
    return values.clone();
  }

  @Override
  double[] values(double[] array) {
    return array;
  }

  @Override
  int bytes() {
    return Double.BYTES;
  }
}
