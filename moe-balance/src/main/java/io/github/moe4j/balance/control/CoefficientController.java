package io.github.moe4j.balance.control;

import io.github.moe4j.balance.CoefficientSchedule;

/**
 * A controller that is also the schedule of a loss's coefficient: it computes the coefficient from its
 * observations, independent of the step.
 */
public interface CoefficientController extends LoadController, CoefficientSchedule {}
