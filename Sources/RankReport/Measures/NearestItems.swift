import RankData
import RankEngine

/// The items whose vectors point most nearly where those of the best known items do.
struct NearestItems: Equatable {
    /// An item and its neighbours.
    struct List: Equatable {
        /// The item's title.
        let title: String
        /// The number of training ratings.
        let ratings: Int
        /// The nearest first.
        let nearest: [Neighbour]
    }

    /// An item near another.
    struct Neighbour: Equatable {
        /// The title.
        let title: String
        /// The cosine of the angle between the two vectors.
        let similarity: Double
    }

    /// The most rated items, the most rated first.
    let lists: [List]
    /// The training ratings that an item must have to be named as a neighbour.
    let least: Int

    /// Finds the lists among the items with training ratings; equally often rated items by ascending id.
    ///
    /// - Complexity: O(l · n · d) for l lists, n items and d dimensions.
    ///
    /// - Parameters:
    ///   - model: Its candidates' embeddings are the vectors.
    ///   - data: The titles; what has none is shown by its id.
    ///   - ratings: How often each item was rated in training.
    ///   - count: For how many items.
    ///   - neighbours: How many of each.
    init(_ model: RankModel, _ data: DataSet, ratings: [UInt64: Int], lists count: Int = 8, of neighbours: Int = 6) {
        let dimensions = model.shape.candidateDimensions
        let table = model.candidateEmbeddings()
        // The vectors of rarely rated items are mostly noise.
        least = ratings.values.count { $0 >= 20 } > neighbours ? 20 : 1
        var known: [(title: String, ratings: Int, vector: [Double])] = []
        for (id, number) in ratings.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) where number >= least {
            let name = data.ratings.itemNames.text(id)
            guard let row = model.candidates.row(ofText: name) else { continue }
            let vector = table[row * dimensions..<(row + 1) * dimensions].map(Double.init)
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if length > 0 { known.append((data.catalog.title(of: id) ?? name, number, vector.map { $0 / length })) }
        }
        lists = known.prefix(count).enumerated().map { place, item in
            let similarities = known.map { other in zip(item.vector, other.vector).reduce(0) { $0 + $1.0 * $1.1 } }
            let nearest = known.indices.filter { $0 != place }
                .sorted { (similarities[$1], $0) < (similarities[$0], $1) }
                .prefix(neighbours)
            return List(
                title: item.title,
                ratings: item.ratings,
                nearest: nearest.map { Neighbour(title: known[$0].title, similarity: similarities[$0]) }
            )
        }
    }
}
