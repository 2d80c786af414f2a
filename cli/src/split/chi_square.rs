//! Pearson's chi-square test: could a split this uneven be chance?

use statrs::function::gamma::checked_gamma_ur;

/// Below this expectation the statistic no longer follows the distribution (Cochran's rule).
const LEAST_EXPECTED: f64 = 5.0;

/// The outcome of a test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChiSquare {
    pub(crate) statistic: f64,
    pub(crate) degrees_of_freedom: u32,
}

impl ChiSquare {
    /// Of cells (observed, expected). Small cells are pooled; with one cell left there is nothing to test.
    pub(super) fn of(mut cells: Vec<(f64, f64)>) -> Option<ChiSquare> {
        cells.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        while let [.., (observed, expected), (last_observed, last_expected)] = cells.as_mut_slice()
            && *last_expected < LEAST_EXPECTED
        {
            *observed += *last_observed;
            *expected += *last_expected;
            cells.pop();
        }
        let degrees_of_freedom =
            u32::try_from(cells.len()).ok()?.checked_sub(1).filter(|degrees| *degrees > 0)?;
        let statistic =
            cells.iter().map(|(observed, expected)| (observed - expected).powi(2) / expected).sum();
        Some(ChiSquare { statistic, degrees_of_freedom })
    }

    /// Both tests in one: independent statistics add up, and so do their degrees of freedom.
    pub(super) fn and(self, other: ChiSquare) -> ChiSquare {
        ChiSquare {
            statistic: self.statistic + other.statistic,
            degrees_of_freedom: self.degrees_of_freedom + other.degrees_of_freedom,
        }
    }

    /// How probable a split at least as uneven is, if units split as they should: the upper regularised incomplete
    /// gamma function of half the degrees of freedom and half the statistic.
    pub(crate) fn p(&self) -> f64 {
        if self.statistic <= 0.0 {
            return 1.0;
        }
        checked_gamma_ur(f64::from(self.degrees_of_freedom) / 2.0, self.statistic / 2.0).unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_is_as_in_the_tables() {
        // Critical values of Abramowitz and Stegun, table 26.8.
        for (statistic, degrees_of_freedom, p) in
            [(3.841_46, 1, 0.05), (6.634_90, 1, 0.01), (5.991_46, 2, 0.05), (29.588_3, 10, 0.001)]
        {
            let test = ChiSquare { statistic, degrees_of_freedom };
            assert!((test.p() - p).abs() < 1e-5, "{test:?}: {}", test.p());
        }
        assert_eq!(ChiSquare { statistic: 0.0, degrees_of_freedom: 3 }.p(), 1.0);
        assert!(ChiSquare { statistic: 1e6, degrees_of_freedom: 1 }.p() < 1e-100);
    }

    #[test]
    fn small_cells_are_pooled() {
        let test = ChiSquare::of(vec![(1.0, 2.0), (50.0, 50.0), (4.0, 4.0), (45.0, 44.0)]).unwrap();
        assert_eq!(test.degrees_of_freedom, 2);
        assert!(ChiSquare::of(vec![(3.0, 2.0), (97.0, 98.0)]).is_none());
        assert!(ChiSquare::of(vec![(100.0, 100.0)]).is_none());
        assert!(ChiSquare::of(Vec::new()).is_none());
    }
}
