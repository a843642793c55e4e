package io.github.moe4j.balance.control;

import io.github.moe4j.balance.CoefficientSchedule;

/**
 * A controller that is the schedule of a loss's coefficient, at any step: the coefficient is computed from
 * what was observed.
 */
public interface CoefficientController extends LoadController, CoefficientSchedule {}
