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
  anime: [
    figures('popular', [0.1735, 0.1683, 0.2232, 0.0907, 0.1388, 0.008]),
    figures('RP3β', [0.356, 0.3406, 0.4083, 0.195, 0.276, 0.16]),
    figures('item k-nearest neighbours (50)', [0.3888, 0.3719, 0.4377, 0.2046, 0.2942, 0.2]),
    figures('EASE (λ 100–150)', [0.5087, 0.4822, 0.5294, 0.2782, 0.3775, 0.18]),
    figures('EASE on engagement + embedding + TF-IDF Gram', [
      undefined,
      0.4954,
      undefined,
      undefined,
      0.3901,
      undefined,
    ]),
  ],
  retail: [
    figures('popular, decayed by 7 days', [0.0703, 0.0729, undefined, 0.0388, 0.0677, undefined]),
    figures('item k-nearest neighbours (20)', [0.0643, 0.0707, undefined, 0.0516, 0.0825, undefined]),
    figures('EASE (λ 500)', [0.0897, 0.0981, undefined, 0.0664, 0.113, undefined]),
    figures('EASE (λ 2,000), history decayed by 60 days', [0.0877, 0.0954, undefined, 0.0626, 0.1063, undefined]),
    figures('EASE (λ 500) + 0.3 × transitions', [0.0938, 0.1025, undefined, 0.0744, 0.1182, undefined]),
  ],
  toys: [
    figures('item k-nearest neighbours (200)', [0.0411, 0.0474, undefined, 0.0713, 0.0962, undefined]),
    figures('EASE (λ 20)', [0.0442, 0.0501, undefined, 0.0766, 0.1002, undefined]),
    figures('EASE (λ 20), history decayed by 15 days', [0.0501, 0.0565, undefined, 0.0856, 0.1114, undefined]),
    figures('the same + 0.3 × transitions', [0.064, 0.0709, undefined, 0.1025, 0.1298, undefined]),
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
