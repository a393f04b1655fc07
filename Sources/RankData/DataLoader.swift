import RankCore

/// Reads the files of a data set and joins ratings, catalogue and attributes.
struct DataLoader {
    private let files: DataFiles
    private let name: String
    private let options: DataOptions
    private var notes: [String] = []

    init(_ files: DataFiles, name: String, _ options: DataOptions) {
        self.files = files
        self.name = name
        self.options = options
    }

    consuming func load() throws(DataError) -> DataSet {
        let clock = ContinuousClock()
        let start = clock.now
        try FileSystem.requireText(files.ratings)
        let reader = RatingReader(path: files.ratings, layout: try layout(), scale: options.scale ?? files.scale)
        notes += reader.layout.notes
        let bytes: Int
        var ratings: Ratings
        var catalog = Catalog()
        var itemAttributes = Attributes.empty
        if let builder = try reader.read(NumberRows.self) {
            bytes = builder.byteCount
            ratings = builder.finish(scale: try scale(builder.lowest, builder.highest))
            let items = try files.readItems()
            (catalog, itemAttributes) = (items.catalog, items.attributes)
            notes += items.notes
        } else if let builder = try reader.read(TextRows.self) {
            bytes = builder.byteCount
            (ratings, catalog, itemAttributes) = try finish(builder)
        } else {
            throw DataError(.malformed, "\(files.ratings): the ids are neither numbers nor texts")
        }
        let firstLine = reader.layout.firstLine
        // Before duplicates are removed, after which a row no longer tells its line.
        try checkItems(ratings, catalog, firstLine)
        try settleDuplicates(&ratings, firstLine)
        if let info = files.info { try MovieLens.check(info, ratings: ratings, catalog: catalog) }
        let userAttributes = try files.readUsers()
        if files.users != nil {
            note(
                missing: userAttributes.ids,
                of: ratings.userIDs.vocabulary,
                ("user who rates", "users who rate", "the users' file")
            )
        }
        let seconds = (clock.now - start) / .seconds(1)
        return DataSet(
            name: try title(ratings),
            isSynthetic: files.marker != nil,
            ratings: ratings,
            catalog: catalog,
            userAttributes: userAttributes,
            itemAttributes: itemAttributes,
            reading: DataReading(
                format: files.format.rawValue,
                byteCount: bytes,
                seconds: seconds,
                scaleSource: options.scale != nil
                    ? "given" : files.scale != nil ? "by the form" : "found in the ratings",
                notes: notes
            )
        )
    }

    private func layout() throws(DataError) -> RatingLayout {
        switch files.format {
        case .movieLens: MovieLens.layout
        case .recBole: try RecBole.layout(files.ratings)
        case .movieLensDat: MovieLensDat.layout
        case .movieLensCSV, .csv: try RatingCSV.layout(files.ratings)
        }
    }

    /// The scale of the options or of the format, else that of the ratings found.
    private func scale(_ lowest: Float, _ highest: Float) throws(DataError) -> RatingScale {
        if let scale = options.scale ?? files.scale { return scale }
        guard lowest < highest else {
            throw DataError(
                .malformed,
                "\(files.ratings): all ratings are equal, so their scale cannot be told; give --scale MIN,MAX"
            )
        }
        do throws(DataError) {
            return try RatingScale(minimum: lowest, maximum: highest)
        } catch {
            throw DataError(
                .malformed,
                "\(files.ratings): the ratings go from \(lowest) to \(highest), further than a number of 32 bits can "
                    + "tell; "
                    + "expected less than \(Float.greatestFiniteMagnitude) between them; divide them all by one number"
            )
        }
    }

    /// Numbers the ids that are texts in ratings and catalogue together.
    private mutating func finish(
        _ builder: consuming RatingBuilder<TextRows>
    ) throws(DataError) -> (Ratings, Catalog, Attributes) {
        let range = try scale(builder.lowest, builder.highest)
        let rated = builder.items.count
        let rows = try files.items.map { path throws(DataError) in
            try ItemRows.csv(FileSystem.readText(path), file: path)
        }
        notes += rows?.notes ?? []
        var listed: [UInt32] = []
        if let rows, let file = files.items {
            for (id, line) in zip(rows.ids, rows.lines) {
                listed.append(try builder.items.row(of: id, named: "item id", line: line, of: file))
            }
        }
        let (userNames, userIDs) = builder.users.ranked()
        let (itemNames, itemIDs) = builder.items.ranked()
        let ratings = builder.finish(
            userIDs: userIDs,
            itemIDs: Array(itemIDs[..<rated]),
            scale: range,
            userNames: userNames,
            itemNames: itemNames
        )
        let resolved = try rows?.resolve { itemIDs[Int(listed[$0])] }
        return (ratings, resolved?.0 ?? Catalog(), resolved?.1 ?? .empty)
    }

    private mutating func settleDuplicates(_ ratings: inout Ratings, _ firstLine: Int) throws(DataError) {
        let duplicates = DuplicatePairs.find(ratings.userIDs, ratings.itemIDs)
        guard let pair = duplicates.first else { return }
        guard options.duplicates != .refuse else {
            let row = Int(pair.row)
            throw .at(
                firstLine + row,
                of: files.ratings,
                "user \(ratings.userNames.text(ratings.userIDs[row])) rates item "
                    + "\(ratings.itemNames.text(ratings.itemIDs[row])) a second time, first on line "
                    + "\(firstLine + Int(pair.first)); expected each pair once, or give --duplicates first, last or "
                    + "mean"
            )
        }
        ratings.settle(duplicates, by: options.duplicates)
        notes.append(
            "\(counted(duplicates.count, "rating repeats", "ratings repeat")) a pair: of each pair "
                + (options.duplicates == .mean ? "the mean counts" : "the \(options.duplicates.rawValue) one counts")
        )
    }

    /// Checks the rated items against the catalogue; formats that are published whole must list them all.
    private mutating func checkItems(_ ratings: Ratings, _ catalog: Catalog, _ firstLine: Int) throws(DataError) {
        guard let file = files.items else { return }
        if files.format == .movieLens || files.format == .recBole,
            let row = ratings.itemIDs.firstRow(where: { !catalog.contains($0) })
        {
            throw .at(
                firstLine + row,
                of: files.ratings,
                "item \(ratings.itemIDs[row]) is not in \(file); expected two files of one data set, both complete",
                code: .inconsistent
            )
        }
        note(missing: catalog.ids, of: ratings.itemIDs.vocabulary, ("rated item", "rated items", "the items' file"))
    }

    /// Notes the number of ids that are in only one of two lists.
    private mutating func note(
        missing listed: [UInt64],
        of rated: [UInt64],
        _ words: (one: String, many: String, file: String)
    ) {
        let known = Set(listed)
        let missing = rated.count { !known.contains($0) }
        let unrated = listed.count + missing - rated.count
        if missing > 0 {
            let who = missing == 1 ? words.one + " is" : "\(words.many) are"
            notes.append(
                "\(missing) \(who) not in \(words.file): nothing more is known of \(missing == 1 ? "it" : "them")"
            )
        }
        if unrated > 0 { notes.append("\(unrated) in \(words.file) \(unrated == 1 ? "has" : "have") no rating") }
    }

    private func title(_ ratings: Ratings) throws(DataError) -> String {
        if let marker = files.marker { return DataSet.syntheticName(try MovieLens.syntheticSeed(marker)) }
        return ratings.areMovieLens100K ? "MovieLens-100k" : name
    }
}

extension DataFiles {
    /// The scale that the format promises; nil where any number may be a rating.
    fileprivate var scale: RatingScale? {
        switch format {
        case .movieLens, .recBole: .stars
        case .movieLensDat: users == nil ? .halfStars : .stars
        case .movieLensCSV: .halfStars
        case .csv: nil
        }
    }
}

extension IDColumn {
    /// The first rating whose id meets a condition.
    fileprivate func firstRow(where isWanted: (UInt64) -> Bool) -> Int? {
        let wanted = vocabulary.map(isWanted)
        return wanted.contains(true) ? rows.firstIndex { wanted[Int($0)] } : nil
    }
}

extension Ratings {
    /// Whether these are the 100,000 ratings of MovieLens-100k, in their order.
    ///
    /// Compares a 64-bit FNV-1a sum: enough to keep other data from being mistaken for MovieLens, and no protection
    /// against forgery.
    fileprivate var areMovieLens100K: Bool {
        guard count == 100_000 else { return false }
        var sum: UInt64 = 0xCBF2_9CE4_8422_2325
        forEachCanonicalChunk { chunk in
            for byte in chunk { sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        return sum == 0xD3F8_041F_2811_7E01
    }
}
