/** Figures of public packages on the same rows under the same protocol; absent if not measured. */
export interface PublicFigures {
  readonly name: string;
  readonly 'ndcg@10'?: number;
  readonly 'ndcg@20'?: number;
  readonly 'ndcg@100'?: number;
  readonly 'recall@10'?: number;
  readonly 'recall@20'?: number;
  readonly 'coverage@10'?: number;
}

/**
 * Measured with public Python packages on one thread, their settings chosen on a hashed part of training; content rows by
 * all-MiniLM-L6-v2. By data set.
 */
export const PUBLIC_FIGURES: Readonly<Record<string, readonly PublicFigures[]>> = {
  goodbooks: [
    figures('popular', [0.0005, 0.0009, 0.0027, 0.0007, 0.0015, 0.001]),
    figures('content: mean of MiniLM embeddings, centred', [0.0924, 0.1046, 0.1404, 0.1077, 0.1453, 0.92]),
    figures('content: 50 nearest items of each item', [0.1284, 0.1455, 0.1868, 0.1472, 0.1993, 0.79]),
    figures('content: TF-IDF of authors, genres, title words', [0.1717, 0.1949, 0.2453, 0.1972, 0.2676, 0.9]),
    figures('item k-nearest neighbours, low ratings × 0.3', [0.2402, 0.2632, 0.3236, 0.2563, 0.3318, 0.92]),
    figures('RP3β (k 200, α 0.7, β 0.6), low ratings × 0.3', [0.2529, 0.2758, 0.3334, 0.2734, 0.3486, 0.93]),
    figures('EASE (λ 50), positives only', [0.2717, 0.2916, 0.3361, 0.2851, 0.3532, 0.96]),
    figures('EASE (λ 60), low ratings × 0.6', [0.282, 0.305, 0.3565, 0.3014, 0.3783, 0.97]),
    figures('EASE + 0.15 TF-IDF + 0.05 embeddings (z-scores)', [0.2795, 0.3035, 0.3575, 0.2997, 0.3794, 0.96]),
    figures('EASE on engagement + 10 × embedding Gram', [0.2838, 0.3068, 0.3586, 0.3031, 0.3803, 0.97]),
    figures('EASE on engagement + 10 × embedding + 10 × TF-IDF Gram', [0.2866, 0.3105, 0.3628, 0.3058, 0.386, 0.97]),
  ],
  pinterest: [
    figures('popular', [undefined, 0.0101, 0.0229, 0.0078, 0.015, 0.002]),
    figures('RP3β', [undefined, 0.1055, 0.1817, 0.0909, 0.1477, 0.39]),
    figures('iALS, 128 factors', [undefined, 0.1064, 0.1848, 0.0909, 0.1493, 0.29]),
    figures('item k-nearest neighbours (200, shrinkage 50)', [undefined, 0.1072, 0.1836, 0.0928, 0.1502, 0.52]),
    figures('EASE (λ 400)', [undefined, 0.1123, 0.1879, 0.097, 0.1557, 0.49]),
  ],
};

function figures(
  name: string,
  [ndcg10, ndcg20, ndcg100, recall10, recall20, coverage]: readonly (number | undefined)[],
): PublicFigures {
  return {
    name,
    'ndcg@10': ndcg10,
    'ndcg@20': ndcg20,
    'ndcg@100': ndcg100,
    'recall@10': recall10,
    'recall@20': recall20,
    'coverage@10': coverage,
  };
}
